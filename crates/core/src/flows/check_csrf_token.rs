//! Whether an unsafe request was sent by a page of ours.

use crate::auth::Auth;
use crate::crypto::csrf;
use crate::domain::token::{Secret, SessionCookie};
use crate::error::{Code, Error};

impl Auth {
    /// Refuses a token that does not fit the session of the cookie, or is not the one in every one of `doubles`,
    /// the cookies that repeat it.
    ///
    /// # Errors
    /// `csrf_invalid`, `internal`.
    pub fn check_csrf_token<'a>(
        &self,
        cookie: &Secret<SessionCookie>,
        token: &str,
        doubles: impl Iterator<Item = &'a str>,
    ) -> Result<(), Error> {
        if csrf::verify_repeated(cookie, token, doubles)? {
            Ok(())
        } else {
            Err(Code::CsrfInvalid.into())
        }
    }
}
