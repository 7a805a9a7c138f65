//! The operations of session cookies.

use horizon_auth_core::error::Code::{
    EmailNotVerified, EmailTaken, InvalidCredentials, LinkInvalid, NotFound, Overloaded, PasswordIncorrect,
    RateLimited, TenantDisabled,
};

use super::operation::Body::{Ignored, Json, OptionalJson};
use super::operation::Trait::{CredentialsMayBeMissing, ExpectsOwnPage};
use super::operation::{Content, Operation};
use super::tags::{ACCESS, MAIL, SESSIONS};

/// What is told of a route of the profile `session`.
pub(super) fn operation(method: &str, path: &str) -> Option<Operation> {
    let op = |tag, id, summary| Operation::new(tag, id, summary).that(ExpectsOwnPage);
    Some(match (method, path) {
        ("POST", "/auth/register") => op(ACCESS, "register", "Make an account")
            .reads(Json("NewAccount"))
            .takes("acceptLanguage")
            .in_tenant()
            .answers(201, "SessionOpened", "The account; the session is in its cookie")
            .with_cookies()
            .answers(202, "SessionToVerify", "The address must be proved first")
            .refuses(&[RateLimited, EmailTaken, TenantDisabled, Overloaded]),
        ("POST", "/auth/login") => op(ACCESS, "login", "Log in")
            .reads(Json("Credentials"))
            .in_tenant()
            .answers(200, "SessionOpened", "The account; the session is in its cookie")
            .with_cookies()
            .refuses(&[RateLimited, InvalidCredentials, EmailNotVerified, Overloaded]),
        ("POST", "/auth/account/reactivate") => op(
            ACCESS,
            "reactivateAccount",
            "Log in to an account that its owner had switched off",
        )
        .reads(Json("Credentials"))
        .in_tenant()
        .answers(200, "SessionOpened", "As a log-in; the account works again")
        .with_cookies()
        .refuses(&[RateLimited, InvalidCredentials, EmailNotVerified, Overloaded]),
        ("POST", "/auth/logout") => op(ACCESS, "logout", "Log out here")
            .reads(Ignored)
            .answers_with(204, Content::None, "The session is over")
            .with_cookies(),
        ("GET", "/auth/me") => {
            op(ACCESS, "getMe", "The caller's own account").answers(200, "User", "The account")
        }
        ("GET", "/auth/csrf") => op(
            ACCESS,
            "getCsrfToken",
            "The token that unsafe requests of the session need",
        )
        .answers(200, "Csrf", "The token; also in its cookie")
        .with_cookies(),
        ("POST", "/auth/request-verify") => {
            op(MAIL, "requestVerification", "Ask for another verification mail")
                .reads(OptionalJson("AddressIfLoggedOut"))
                .in_tenant()
                .that(CredentialsMayBeMissing)
                .answers_with(204, Content::None, "The same for every address")
                .refuses(&[RateLimited])
        }
        ("POST", "/auth/verify") => op(MAIL, "verifyEmail", "Prove an address with the token of a mail")
            .reads(Json("EmailProof"))
            .in_tenant()
            .answers_with(
                204,
                Content::None,
                "The address is proved; sessions that began before are over",
            )
            .refuses(&[RateLimited, LinkInvalid, PasswordIncorrect, Overloaded]),
        ("POST", "/auth/request-reset") => op(
            MAIL,
            "requestPasswordReset",
            "Ask for a mail to choose a new password",
        )
        .reads(Json("Address"))
        .in_tenant()
        .answers_with(204, Content::None, "The same for every address")
        .refuses(&[RateLimited]),
        ("POST", "/auth/reset-password") => op(
            MAIL,
            "completePasswordReset",
            "Choose a new password with the token of a mail",
        )
        .reads(Json("SessionPasswordReset"))
        .in_tenant()
        .answers_with(
            204,
            Content::None,
            "The password is replaced, and every session is over",
        )
        .refuses(&[RateLimited, LinkInvalid, Overloaded]),
        ("GET", "/sessions") => op(SESSIONS, "listSessions", "Where the caller is logged in").answers(
            200,
            "SessionList",
            "The live sessions, newest first",
        ),
        ("POST", "/sessions/{id}/revoke") => op(SESSIONS, "endSession", "End one session")
            .reads(Ignored)
            .takes("sessionId")
            .answers_with(204, Content::None, "The session is over")
            .with_cookies()
            .refuses(&[NotFound]),
        ("POST", "/sessions/revoke-others") => op(SESSIONS, "endOtherSessions", "Log out everywhere else")
            .reads(Ignored)
            .answers(200, "Ended", "How many sessions were ended"),
        _ => return None,
    })
}
