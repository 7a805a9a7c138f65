//! The token that a page sends along with unsafe requests.

use crate::auth::Auth;
use crate::crypto::csrf::{self, CsrfToken};
use crate::domain::token::{Secret, SessionCookie};
use crate::error::Error;

impl Auth {
    /// A token that fits the session of the cookie: the present one if it does, so that two tabs have the
    /// same, and else a fresh one.
    ///
    /// # Errors
    /// `internal`.
    pub fn issue_csrf_token(
        &self,
        cookie: &Secret<SessionCookie>,
        present: Option<&str>,
    ) -> Result<CsrfToken, Error> {
        if let Some(text) = present
            && let Some(token) = csrf::recognise(cookie, text)?
        {
            return Ok(token);
        }
        Ok(csrf::mint(cookie, self.random()?)?)
    }
}
