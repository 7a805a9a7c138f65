//! E-mail addresses: one canonical form for look-up, the written form for sending.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::violation::Violation;

/// A valid address with its canonical form (decision D12).
///
/// The canonical form is trimmed, in Unicode NFC and lower case; it identifies
/// the account. The written form keeps the sender's capitals. No provider
/// rules (dots, plus tags) are guessed at. `Debug` hides the address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email {
    canonical: String,
    written: String,
}

impl Email {
    /// The longest address accepted, in bytes of its canonical form (RFC 5321 section 4.5.3.1.3).
    pub const MAX_BYTES: usize = 254;

    /// Parses what a person typed.
    ///
    /// # Errors
    /// A [`Violation`] of the field `email`.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let written: String = text.trim().nfc().collect();
        // Lower-casing can leave NFC (U+0130 gives two code points), so normalise again.
        let canonical: String = written.to_lowercase().nfc().collect();
        if canonical.len() > Self::MAX_BYTES || written.len() > Self::MAX_BYTES {
            return Err(Violation::new("email", "must be at most 254 bytes long"));
        }
        let valid = canonical
            .rsplit_once('@')
            .is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
        if !valid {
            return Err(Violation::new(
                "email",
                "must be a valid address such as ana@example.com",
            ));
        }
        Ok(Self { canonical, written })
    }

    /// Rebuilds an address from its two stored columns.
    #[must_use]
    pub fn from_stored(canonical: String, written: String) -> Self {
        Self { canonical, written }
    }

    /// The form that identifies the account and that clients see.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The form to which mail is sent.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The form for logs and audit rows: `a***@example.com` (decision D24).
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.canonical.rsplit_once('@').unwrap_or((&self.canonical, ""));
        let first = local.chars().next().unwrap_or('*');
        format!("{first}***@{domain}")
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", self.masked())
    }
}

/// An unquoted local part: RFC 5322 atoms joined by dots, with the letters of RFC 6531.
fn is_local(local: &str) -> bool {
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_mark(c);
    !local.is_empty()
        && local.len() <= 64
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(atom))
}

/// At least two labels of letters, digits and inner hyphens.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || is_mark(c))
    };
    let numeric_top = domain
        .rsplit('.')
        .next()
        .is_none_or(|top| top.chars().all(|c| c.is_ascii_digit()));
    domain.contains('.') && domain.split('.').all(label) && !numeric_top
}

/// Combining marks stay apart from their letter where NFC has no composed form.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_white_space_and_unicode_form_do_not_make_two_people() {
        let forms = ["Zoë@Example.COM", " zoë@example.com\t", "zoe\u{308}@EXAMPLE.com"];
        for form in forms {
            assert_eq!(
                Email::parse(form).unwrap().canonical(),
                "zoë@example.com",
                "{form}"
            );
        }
        assert_eq!(
            Email::parse("Zoë@Example.COM").unwrap().written(),
            "Zoë@Example.COM"
        );
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        let refused = [
            "",
            "@",
            "a",
            "a@",
            "@b.c",
            "a@b",
            "a b@c.de",
            "a@b..c",
            "a@-b.c",
            "a@b-.c",
            ".a@b.cd",
            "a.@b.cd",
            "a..b@c.de",
            "a@b.c\r\nBcc: x@y.z",
            "\"a b\"@c.de",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a\0@b.cd",
            "a@b@c.de",
            "<a@b.cd>",
            "a,b@c.de",
        ];
        for text in refused {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@example.com", "a".repeat(65))).is_err());
        assert!(Email::parse(&format!("a@{}.com", "b".repeat(260))).is_err());
    }

    #[test]
    fn usual_and_international_addresses_are_accepted() {
        for text in [
            "a@b.cd",
            "first.last+tag@sub.example.co.uk",
            "o'hara@example.com",
            "用户@例子.广告",
        ] {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_person() {
        assert_eq!(
            format!("{:?}", Email::parse("ana@example.com").unwrap()),
            "Email(a***@example.com)"
        );
    }
}
