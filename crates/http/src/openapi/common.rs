//! The operations that there are in every profile: one's own account, administration, and those of machines.

use horizon_auth_core::error::Code::{
    ClientInvalid, EmailNotVerified, EmailTaken, InvalidCredentials, LinkInvalid, NotFound, Overloaded,
    OwnRoles, PasswordIncorrect, RateLimited, RoleReserved, UnknownRole,
};

use super::operation::Body::{Form, Json};
use super::operation::Trait::{ExpectsOwnPage, IsPage, NeedsNoStorage};
use super::operation::{Content, Operation};
use super::tags::{ACCOUNT, ADMINISTRATION, MACHINES, MAIL, PAGES};

/// What is told of a route of every profile.
pub(super) fn operation(method: &str, path: &str) -> Option<Operation> {
    account(method, path)
        .or_else(|| administration(method, path))
        .or_else(|| machines(method, path))
        .or_else(|| page(method, path))
}

fn account(method: &str, path: &str) -> Option<Operation> {
    let op = Operation::new;
    Some(match (method, path) {
        ("GET", "/auth/profile") => {
            op(ACCOUNT, "getProfile", "The caller's own account").answers(200, "User", "The account")
        }
        ("PATCH", "/auth/profile") => op(ACCOUNT, "updateProfile", "Change name or language")
            .reads(Json("ProfileChange"))
            .answers(200, "User", "The account as it is then"),
        ("POST", "/auth/password/change") => op(ACCOUNT, "changePassword", "Choose another password")
            .reads(Json("PasswordChange"))
            .answers_with(
                200,
                Content::ByCredentials("LoggedIn", "SessionOpened"),
                "As a log-in; every other session is over",
            )
            .with_cookies()
            .refuses(&[RateLimited, PasswordIncorrect, Overloaded]),
        ("POST", "/auth/email/change") => op(
            ACCOUNT,
            "requestEmailChange",
            "Ask for a mail to change the address",
        )
        .reads(Json("EmailChange"))
        .answers(200, "Message", "A link is on its way to the new address")
        .refuses(&[RateLimited, PasswordIncorrect, EmailTaken, Overloaded]),
        ("POST", "/auth/email/change/confirm") => op(
            MAIL,
            "confirmEmailChange",
            "Change the address with the token of a mail",
        )
        .reads(Json("Link"))
        .in_tenant()
        .answers(
            200,
            "Message",
            "The account has the new address, and every session is over",
        )
        .refuses(&[RateLimited, LinkInvalid]),
        ("DELETE", "/auth/account") => op(ACCOUNT, "deleteAccount", "Delete the own account for good")
            .reads(Json("CurrentPassword"))
            .answers_with(204, Content::None, "The account and everything of it is gone")
            .with_cookies()
            .refuses(&[RateLimited, PasswordIncorrect, Overloaded]),
        ("POST", "/auth/account/deactivate") => op(
            ACCOUNT,
            "deactivateAccount",
            "Switch the own account off until one logs in to it again",
        )
        .reads(Json("CurrentPassword"))
        .answers(200, "Message", "The account is off, and every session is over")
        .with_cookies()
        .refuses(&[RateLimited, PasswordIncorrect, Overloaded]),
        ("GET", "/auth/account/export") => op(ACCOUNT, "exportAccount", "Everything stored about the caller")
            .answers(
                200,
                "AccountCopy",
                "Everything but secrets, to be saved as a file",
            )
            .with_headers(&[("Content-Disposition", "attachment")]),
        _ => return None,
    })
}

fn administration(method: &str, path: &str) -> Option<Operation> {
    let op = |id, summary| Operation::new(ADMINISTRATION, id, summary);
    Some(match (method, path) {
        ("GET", "/admin/roles") => {
            op("listRoles", "The roles of the tenant").answers(200, "Roles", "The roles")
        }
        ("GET", "/admin/users/{id}/roles") => op("getUserRoles", "The roles of an account")
            .takes("userId")
            .answers(200, "RoleNames", "Their names")
            .refuses(&[NotFound]),
        ("PUT", "/admin/users/{id}/roles") => op("setUserRoles", "Replace the roles of an account")
            .takes("userId")
            .reads(Json("RoleNamesToSet"))
            .answers(200, "RoleNames", "The roles as they are then")
            .refuses(&[NotFound, UnknownRole, OwnRoles, RoleReserved]),
        ("GET", "/admin/users/{id}/verification-status") => op(
            "getVerificationStatus",
            "Whether the address of an account is proved",
        )
        .takes("userId")
        .answers(200, "VerificationStatus", "Whether, and since when")
        .refuses(&[NotFound]),
        ("POST", "/admin/verify-users") => op("verifyUsers", "Vouch for the addresses of accounts")
            .reads(Json("Users"))
            .answers(200, "Verified", "How many were not proved before")
            .refuses(&[NotFound]),
        _ => return None,
    })
}

/// The keys may be kept, other than every other answer.
const CACHED: &[(&str, &str)] = &[("Cache-Control", "public"), ("ETag", "etag")];

fn machines(method: &str, path: &str) -> Option<Operation> {
    let op = |id, summary| Operation::new(MACHINES, id, summary);
    Some(match (method, path) {
        ("GET", "/.well-known/jwks.json") => op("getKeySet", "The public keys that verify access tokens")
            .takes("ifNoneMatch")
            .that(NeedsNoStorage)
            .answers(200, "KeySet", "The keys (RFC 7517)")
            .with_headers(CACHED)
            .answers_with(304, Content::None, "The keys are those that the caller has")
            .with_headers(CACHED),
        ("GET", "/health/live") => op("checkLiveness", "Whether the process answers")
            .that(NeedsNoStorage)
            .answers(200, "Liveness", "It does"),
        ("GET", "/health/ready") => op("checkReadiness", "Whether requests can be served")
            .that(NeedsNoStorage)
            .answers(200, "Readiness", "They can")
            .answers(503, "Readiness", "They cannot, or the server is about to stop"),
        ("POST", "/auth/introspect") => op("introspect", "Ask whether a credential is believed (RFC 7662)")
            .reads(Form("Introspect"))
            .answers(
                200,
                "Introspection",
                "What the credential stands for, or that it stands for nothing",
            )
            .refuses(&[ClientInvalid, RateLimited]),
        _ => return None,
    })
}

/// The hosted pages. What they refuse they tell in HTML.
fn page(method: &str, path: &str) -> Option<Operation> {
    let op = |id, summary| Operation::new(PAGES, id, summary).that(IsPage);
    let show = |id, summary| {
        op(id, summary)
            .takes("linkToken")
            .that(NeedsNoStorage)
            .answers_with(200, Content::Page, "A form")
            .refuses(&[LinkInvalid])
    };
    let submit = |id, form, summary| {
        op(id, summary)
            .reads(Form(form))
            .in_tenant()
            .that(ExpectsOwnPage)
            .answers_with(200, Content::Page, "What came of it")
            .refuses(&[RateLimited, LinkInvalid, Overloaded])
    };
    Some(match (method, path) {
        ("GET", "/verify-email") => show("showVerifyEmail", "The page of a verification link"),
        ("POST", "/verify-email") => {
            submit("submitVerifyEmail", "VerifyEmailForm", "Its forms").refuses(&[PasswordIncorrect])
        }
        ("GET", "/reset-password") => show("showResetPassword", "The page of a link to a new password"),
        ("POST", "/reset-password") => submit("submitResetPassword", "ResetPasswordForm", "Its forms"),
        ("GET", "/confirm-email") => show("showConfirmEmail", "The page of a link to a new address"),
        ("POST", "/confirm-email") => submit("submitConfirmEmail", "Link", "Its form"),
        ("GET", "/login") => op(
            "showLogin",
            "The page to log in for an application on another origin",
        )
        .takes("returnTo")
        .that(NeedsNoStorage)
        .answers_with(200, Content::Page, "A form"),
        ("POST", "/login") => op("submitLogin", "Its form")
            .reads(Form("LoginForm"))
            .in_tenant()
            .that(ExpectsOwnPage)
            .answers_with(200, Content::Page, "Logged in, without an address to go back to")
            .with_cookies()
            .answers_with(303, Content::None, "Logged in, and back to the application")
            .with_cookies()
            .with_headers(&[("Location", "location")])
            .refuses(&[InvalidCredentials, EmailNotVerified, RateLimited, Overloaded]),
        _ => return None,
    })
}
