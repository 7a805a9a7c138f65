//! Plain passwords on their way to the hasher.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::violation::Violation;

/// A plain password in Unicode NFC, wiped when dropped.
///
/// It can be neither printed nor serialised. Lengths count code points after
/// NFC; nothing is trimmed, folded or truncated (decision D14, ASVS 6.2.8).
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Fewest code points of a new password.
    pub const MIN: usize = 8;
    /// Most code points of a new password.
    pub const MAX: usize = 128;
    /// Most bytes that a log-in attempt may carry, so that no request can buy unbounded work.
    pub const MAX_BYTES: usize = 1024;

    /// A password that somebody wants to set.
    ///
    /// # Errors
    /// A [`Violation`] of the field `password`: fewer than 8 or more than 128 code points.
    pub fn new(text: &str) -> Result<Self, Violation> {
        let password = Self::normalised(text)?;
        let normalised = password.0.chars().count();
        // NFC lengthens some letters (U+FB2C becomes three code points): what
        // was typed must be long enough too, or seven characters could pass.
        if normalised.min(text.chars().count()) < Self::MIN {
            return Err(Violation::new("password", "must be at least 8 characters"));
        }
        if normalised > Self::MAX {
            return Err(Violation::new("password", "must be at most 128 characters"));
        }
        Ok(password)
    }

    /// A password offered at log-in: any length that is cheap to check, since
    /// imported accounts may have passwords that today's rules would refuse.
    ///
    /// # Errors
    /// A [`Violation`] of the field `password`: empty, or longer than 1024 bytes.
    pub fn offered(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Err(Violation::new("password", "must not be empty"));
        }
        Self::normalised(text)
    }

    /// The bytes to hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The text, for the rules of this layer.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn normalised(text: &str) -> Result<Self, Violation> {
        // Checked first: the length of a mebibyte is not worth normalising.
        if text.len() > Self::MAX_BYTES {
            return Err(Violation::new("password", "must be at most 128 characters"));
        }
        Ok(Self(Zeroizing::new(text.nfc().collect())))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// A stored password verifier: an Argon2id PHC string, or a bcrypt hash before migration.
///
/// It is never shown; `Debug` prints the type name.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a stored or freshly made hash.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a bcrypt hash (`$2a$`, `$2b$`, `$2y$`).
    #[must_use]
    pub fn is_bcrypt(&self) -> bool {
        ["$2a$", "$2b$", "$2y$"]
            .iter()
            .any(|prefix| self.0.starts_with(prefix))
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_code_points_not_bytes() {
        assert!(Password::new("ééééééé").is_err(), "seven code points");
        assert!(Password::new("éééééééé").is_ok(), "eight code points");
        assert!(Password::new(&"é".repeat(128)).is_ok());
        assert!(Password::new(&"a".repeat(129)).is_err());
        assert!(Password::new("").is_err());
    }

    #[test]
    fn letters_that_normalisation_lengthens_count_once() {
        let shin = "\u{fb2c}";
        assert_eq!(shin.nfc().count(), 3);
        assert!(Password::new(&shin.repeat(7)).is_err());
        assert!(Password::new(&shin.repeat(8)).is_ok());
    }

    #[test]
    fn composed_and_decomposed_forms_are_one_password() {
        let composed = Password::new("caf\u{e9} au lait").unwrap();
        let decomposed = Password::new("cafe\u{301} au lait").unwrap();
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
    }

    #[test]
    fn spaces_and_case_are_kept() {
        assert_eq!(
            Password::new("  Tab\tand Space  ").unwrap().as_bytes(),
            b"  Tab\tand Space  "
        );
    }

    #[test]
    fn an_offered_password_may_be_short_but_not_huge() {
        assert!(Password::offered("x").is_ok());
        assert!(Password::offered("").is_err());
        assert!(Password::offered(&"x".repeat(1025)).is_err());
    }

    #[test]
    fn debug_output_shows_neither_password_nor_hash() {
        assert_eq!(
            format!("{:?}", Password::new("correct horse").unwrap()),
            "Password"
        );
        assert_eq!(
            format!("{:?}", PasswordHash::new("$argon2id$secret".into())),
            "PasswordHash"
        );
    }
}
