//! The rules for a new password beyond its length (decision D14).

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use zeroize::Zeroizing;

use crate::auth::Auth;
use crate::domain::blocklist::{IS_BREACHED, find_weakness};
use crate::domain::email::Email;
use crate::domain::password::Password;
use crate::domain::policy::BreachCheck;
use crate::error::Error;

/// How many digits of the hash the list gets to see.
const PREFIX: usize = 5;

impl Auth {
    /// Refuses a password that many people use, that is little more than the
    /// person's address or the product's name, or that is known from a breach.
    ///
    /// # Errors
    /// `invalid_input` about the field `password`, `unavailable`.
    pub(super) async fn accept_password(&self, password: &Password, email: &Email) -> Result<(), Error> {
        let policy = self.policy();
        if policy.blocklist
            && let Some(weakness) = find_weakness(password, email, &policy.context_words)
        {
            return Err(weakness.into());
        }
        let fails_open = match policy.breach_check {
            BreachCheck::Off => return Ok(()),
            BreachCheck::FailOpen => true,
            BreachCheck::FailClosed => false,
        };
        match self.is_breached(password).await {
            Ok(false) => Ok(()),
            Ok(true) => Err(IS_BREACHED.into()),
            Err(Error::Breaches(error)) if fails_open => {
                tracing::warn!(%error, "a new password was accepted without asking the list of breached ones");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn is_breached(&self, password: &Password) -> Result<bool, Error> {
        let Some(breaches) = self.breaches() else {
            return Err(Error::Internal(
                "breached passwords are to be asked for, but nobody is there to ask",
            ));
        };
        let hash = sha1_hex(password);
        let (prefix, suffix) = hash.split_at(PREFIX);
        let listed = breaches.suffixes(prefix).await?;
        Ok(listed.iter().any(|other| other.eq_ignore_ascii_case(suffix)))
    }
}

/// 40 digits in upper case. SHA-1 protects nothing here: it is how the list names passwords.
fn sha1_hex(password: &Password) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let digit = |value: u8| DIGITS.get(usize::from(value)).map(|digit| char::from(*digit));
    let digits = hash.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Zeroizing::new(digits.filter_map(digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_of_the_lists() {
        let password = Password::new("password").unwrap();
        assert_eq!(*sha1_hex(&password), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
    }
}
