//! Tokens against cross-site requests: a signed double submit, bound to the session (OWASP CSRF cheat sheet).
//!
//! A token is a nonce and its HMAC-SHA-256 under a key that only the holder of the session's secret can derive
//! (HKDF-SHA-256). Nothing is stored; whoever plants a cookie of his own cannot make a token that fits the session.

use std::fmt;

use aws_lc_rs::constant_time;
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::CryptoError;
use crate::domain::token::{Secret, SessionCookie};

const INFO: &[u8] = b"horizon-auth csrf v1";
const FAULT: CryptoError = CryptoError::new("csrf key derivation failed");
/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 16;
const MAC_BYTES: usize = 32;
/// Characters of a token: 48 bytes in base64url.
const ENCODED_LEN: usize = 64;

/// A token for the page that sends unsafe requests. Scripts of that page may read it; logs may not.
#[derive(Clone)]
pub struct CsrfToken(Zeroizing<String>);

impl CsrfToken {
    /// The text for header and cookie.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken")
    }
}

/// The token in the text, if it fits the session.
///
/// # Errors
/// Only if the cryptographic library fails.
pub fn recognise(session: &Secret<SessionCookie>, text: &str) -> Result<Option<CsrfToken>, CryptoError> {
    let fits = verify(session, text)?;
    Ok(fits.then(|| CsrfToken(Zeroizing::new(text.to_owned()))))
}

/// A token that fits the session of this secret. Every nonce gives another one.
///
/// # Errors
/// Only if the cryptographic library fails.
pub fn mint(session: &Secret<SessionCookie>, nonce: [u8; NONCE_BYTES]) -> Result<CsrfToken, CryptoError> {
    let mac = hmac::sign(&key(session)?, &nonce);
    let mut bytes = Zeroizing::new([0; NONCE_BYTES + MAC_BYTES]);
    let (head, tail) = bytes.split_at_mut(NONCE_BYTES);
    head.copy_from_slice(&nonce);
    tail.copy_from_slice(mac.as_ref());
    Ok(CsrfToken(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes))))
}

/// Whether the text is a token that fits the session; the time does not tell how much of it is right.
///
/// # Errors
/// Only if the cryptographic library fails.
pub fn verify(session: &Secret<SessionCookie>, text: &str) -> Result<bool, CryptoError> {
    if text.len() != ENCODED_LEN {
        return Ok(false);
    }
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text).map(Zeroizing::new) else {
        return Ok(false);
    };
    let Some((nonce, mac)) = bytes.split_at_checked(NONCE_BYTES) else {
        return Ok(false);
    };
    Ok(hmac::verify(&key(session)?, nonce, mac).is_ok())
}

/// Whether the text is a token that fits the session, and the same as each of `doubles`, the cookies that repeat
/// it; the time does not tell how much of them is.
///
/// # Errors
/// Only if the cryptographic library fails.
pub fn verify_repeated<'a>(
    session: &Secret<SessionCookie>,
    text: &str,
    mut doubles: impl Iterator<Item = &'a str>,
) -> Result<bool, CryptoError> {
    let is_same = |double: &str| constant_time::verify_slices_are_equal(double.as_bytes(), text.as_bytes());
    Ok(verify(session, text)? && doubles.all(|double| is_same(double).is_ok()))
}

fn key(session: &Secret<SessionCookie>) -> Result<hmac::Key, CryptoError> {
    let mut bytes = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, &[])
        .extract(session.reveal().as_bytes())
        .expand(&[INFO], HKDF_SHA256)
        .and_then(|okm| okm.fill(bytes.as_mut()))
        .map_err(|_| FAULT)?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, bytes.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(byte: u8) -> Secret<SessionCookie> {
        Secret::<SessionCookie>::from_random(&[byte; 32])
    }

    #[test]
    fn a_token_fits_its_session_and_no_other() {
        let token = mint(&session(1), [7; NONCE_BYTES]).unwrap();
        assert!(verify(&session(1), token.reveal()).unwrap());
        assert!(!verify(&session(2), token.reveal()).unwrap());
        assert_ne!(
            token.reveal(),
            mint(&session(1), [8; NONCE_BYTES]).unwrap().reveal()
        );
    }

    #[test]
    fn whatever_is_changed_about_a_token_it_fits_no_longer() {
        let token = mint(&session(1), [7; NONCE_BYTES]).unwrap().reveal().to_owned();
        for place in 0..token.len() {
            let mut text = token.clone().into_bytes();
            text[place] = if text[place] == b'A' { b'B' } else { b'A' };
            let text = String::from_utf8(text).unwrap();
            assert!(!verify(&session(1), &text).unwrap(), "{place}");
        }
        for text in [
            "",
            "A",
            &token[1..],
            &format!("{token}A"),
            &token.replace('-', "+"),
            &"é".repeat(32),
        ] {
            assert!(*text == token || !verify(&session(1), text).unwrap(), "{text}");
        }
        assert!(!verify(&session(1), session(1).reveal()).unwrap());
    }

    #[test]
    fn every_cookie_that_repeats_a_token_must_be_the_same() {
        let token = mint(&session(1), [7; NONCE_BYTES]).unwrap();
        let other = mint(&session(1), [8; NONCE_BYTES]).unwrap();
        let (text, other) = (token.reveal(), other.reveal());
        for (doubles, fits) in [
            (vec![], true),
            (vec![text], true),
            (vec![text, text], true),
            (vec![text, other], false),
            (vec![other], false),
            (vec![&text[1..]], false),
            (vec![""], false),
        ] {
            let found = verify_repeated(&session(1), text, doubles.clone().into_iter()).unwrap();
            assert_eq!(found, fits, "{}", doubles.len());
        }
        assert!(!verify_repeated(&session(2), text, [text].into_iter()).unwrap());
    }

    #[test]
    fn a_token_does_not_show_the_secret_of_the_session() {
        let token = mint(&session(1), [7; NONCE_BYTES]).unwrap();
        assert_eq!(format!("{token:?}"), "CsrfToken");
        assert!(!token.reveal().contains(&session(1).reveal()[4..20]));
    }
}
