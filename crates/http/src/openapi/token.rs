//! The operations of access tokens and refresh cookies.

use horizon_auth_core::error::Code::{
    EmailNotVerified, EmailTaken, InvalidCredentials, InvalidInput, LinkInvalid, NotFound, Overloaded,
    PasswordIncorrect, RateLimited, RefreshExpired, RefreshInvalid, RefreshMissing, RefreshReused,
    SessionEnded, TenantDisabled, TenantMismatch,
};

use super::operation::Body::{Ignored, Json, OptionalJson};
use super::operation::Trait::{CredentialsMayBeMissing, ExpectsOwnPage};
use super::operation::{Content, Operation};
use super::tags::{ACCESS, MAIL, SESSIONS};

/// What is told of a route of the profile `token`.
pub(super) fn operation(method: &str, path: &str) -> Option<Operation> {
    access(method, path)
        .or_else(|| sessions(method, path))
        .or_else(|| mail(method, path))
}

fn access(method: &str, path: &str) -> Option<Operation> {
    let op = |id, summary| Operation::new(ACCESS, id, summary);
    Some(match (method, path) {
        ("POST", "/auth/register") => op("register", "Make an account")
            .reads(Json("NewAccount"))
            .takes("acceptLanguage")
            .in_tenant()
            .answers(
                201,
                "LoggedIn",
                "The account and an access token; the refresh token is in its cookie",
            )
            .with_cookies()
            .answers(
                202,
                "AccountToVerify",
                "The address must be proved first: a mail is on its way",
            )
            .refuses(&[RateLimited, EmailTaken, TenantDisabled, Overloaded]),
        ("POST", "/auth/login") => op("login", "Log in")
            .reads(Json("Credentials"))
            .in_tenant()
            .answers(
                200,
                "LoggedIn",
                "The account and an access token; the refresh token is in its cookie",
            )
            .with_cookies()
            .refuses(&[RateLimited, InvalidCredentials, EmailNotVerified, Overloaded]),
        ("POST", "/auth/account/reactivate") => op(
            "reactivateAccount",
            "Log in to an account that its owner had switched off",
        )
        .reads(Json("Credentials"))
        .in_tenant()
        .answers(200, "LoggedIn", "As a log-in; the account works again")
        .with_cookies()
        .refuses(&[RateLimited, InvalidCredentials, EmailNotVerified, Overloaded]),
        ("POST", "/auth/refresh") => op("refresh", "Trade the refresh cookie for a new pair")
            .reads(Ignored)
            .takes("idempotencyKey")
            .in_tenant()
            .that(ExpectsOwnPage)
            .answers(
                200,
                "LoggedIn",
                "The account and a new access token; the cookie holds a new refresh token",
            )
            .with_cookies()
            .refuses(&[
                InvalidInput,
                RateLimited,
                RefreshMissing,
                RefreshInvalid,
                RefreshExpired,
                SessionEnded,
                RefreshReused,
                TenantMismatch,
            ]),
        ("DELETE", "/auth/refresh") => op("logoutWithCookie", "Log out with the refresh cookie")
            .reads(Ignored)
            .in_tenant()
            .that(ExpectsOwnPage)
            .that(CredentialsMayBeMissing)
            .answers_with(
                204,
                Content::None,
                "The session of the cookie is over, if there was one",
            )
            .with_cookies(),
        ("POST", "/auth/logout") => op("logout", "Log out everywhere, or here")
            .reads(OptionalJson("Logout"))
            .answers(
                200,
                "Message",
                "The sessions are over, and their access tokens worthless",
            )
            .with_cookies(),
        _ => return None,
    })
}

fn sessions(method: &str, path: &str) -> Option<Operation> {
    let op = |id, summary| Operation::new(SESSIONS, id, summary);
    Some(match (method, path) {
        ("GET", "/auth/sessions") => op("listSessions", "Where the caller is logged in").answers(
            200,
            "Sessions",
            "The live sessions, newest first",
        ),
        ("DELETE", "/auth/sessions") => op("endOtherSessions", "Log out everywhere else")
            .reads(Ignored)
            .answers(200, "Ended", "How many sessions were ended"),
        ("DELETE", "/auth/sessions/{id}") => op("endSession", "End one session")
            .reads(Ignored)
            .takes("sessionId")
            .answers_with(204, Content::None, "The session is over")
            .with_cookies()
            .refuses(&[NotFound]),
        _ => return None,
    })
}

fn mail(method: &str, path: &str) -> Option<Operation> {
    let op = |id, summary| Operation::new(MAIL, id, summary);
    Some(match (method, path) {
        ("POST", "/auth/verify-email") => op("verifyEmail", "Prove an address with the token of a mail")
            .reads(Json("EmailProof"))
            .in_tenant()
            .answers(
                200,
                "Message",
                "The address is proved; sessions that began before are over",
            )
            .refuses(&[RateLimited, LinkInvalid, PasswordIncorrect, Overloaded]),
        ("POST", "/auth/verify-email/resend") => {
            op("resendVerification", "Ask for another verification mail")
                .reads(Json("Address"))
                .in_tenant()
                .answers(200, "Message", "The same for every address")
                .refuses(&[RateLimited])
        }
        ("POST", "/auth/password-reset/request") => {
            op("requestPasswordReset", "Ask for a mail to choose a new password")
                .reads(Json("Address"))
                .in_tenant()
                .answers(200, "Message", "The same for every address")
                .refuses(&[RateLimited])
        }
        ("POST", "/auth/password-reset/complete") => op(
            "completePasswordReset",
            "Choose a new password with the token of a mail",
        )
        .reads(Json("PasswordReset"))
        .in_tenant()
        .answers(
            200,
            "Message",
            "The password is replaced, and every session is over",
        )
        .refuses(&[RateLimited, LinkInvalid, Overloaded]),
        _ => return None,
    })
}
