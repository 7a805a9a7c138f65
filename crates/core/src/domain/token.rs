//! Opaque secrets handed to clients, and the digests that storage holds instead.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// What an opaque token is good for. The prefix lets secret scanners find leaks.
pub trait Kind: Send + Sync + 'static {
    /// Visible start of the token, for example `hzr_`.
    const PREFIX: &'static str;
    /// Name for `Debug` output.
    const NAME: &'static str;
}

/// Refresh tokens.
#[derive(Clone, Copy, Debug)]
pub struct Refresh;

impl Kind for Refresh {
    const PREFIX: &'static str = "hzr_";
    const NAME: &'static str = "Refresh";
}

/// The opaque secret of a session that a cookie opens.
#[derive(Clone, Copy, Debug)]
pub struct SessionCookie;

impl Kind for SessionCookie {
    const PREFIX: &'static str = "hzs_";
    const NAME: &'static str = "SessionCookie";
}

/// Tokens that travel by mail and work once: proof of an address, reset of a password.
#[derive(Clone, Copy, Debug)]
pub struct OneTime;

impl Kind for OneTime {
    const PREFIX: &'static str = ""; // people copy these from mails: nothing but the token
    const NAME: &'static str = "OneTime";
}

/// Random bytes in a secret (decision D7).
pub const SECRET_BYTES: usize = 32;
const ENCODED_LEN: usize = 43;

/// A 256-bit secret in its text form. Wiped when dropped, never printed or serialised.
pub struct Secret<K> {
    text: Zeroizing<String>,
    kind: PhantomData<K>,
}

impl<K: Kind> Secret<K> {
    fn new(text: Zeroizing<String>) -> Self {
        Self {
            text,
            kind: PhantomData,
        }
    }

    /// The text to hand to the client it belongs to, and to nobody else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the text: what storage holds.
    #[must_use]
    pub fn digest(&self) -> Digest<K> {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, self.text.as_bytes()).as_ref());
        Digest {
            bytes,
            kind: PhantomData,
        }
    }
}

/// Kinds whose text is the prefix and 32 random bytes, nothing else.
trait Plain: Kind {}

impl Plain for Refresh {}
impl Plain for SessionCookie {}

#[expect(private_bounds, reason = "which kinds are plain is decided here")]
impl<K: Plain> Secret<K> {
    /// Wraps freshly drawn random bytes.
    #[must_use]
    pub fn from_random(bytes: &[u8; SECRET_BYTES]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(K::PREFIX.len() + ENCODED_LEN));
        text.push_str(K::PREFIX);
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        Self::new(text)
    }

    /// Parses a token that a client sent; `None` if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_encoded_secret(text.strip_prefix(K::PREFIX)?).then(|| Self::new(Zeroizing::new(text.to_owned())))
    }
}

impl Secret<OneTime> {
    /// A UUID version 4, as the design shows such tokens, and a second random
    /// part that carries the strength: a UUID alone must not be a key
    /// (decision D16, RFC 9562 section 8).
    #[must_use]
    pub fn from_random_parts(visible: [u8; 16], bytes: &[u8; SECRET_BYTES]) -> Self {
        let visible = uuid::Builder::from_random_bytes(visible).into_uuid();
        let mut text = Zeroizing::new(format!("{}{visible}.", OneTime::PREFIX));
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        Self::new(text)
    }

    /// Parses a token that a client sent; `None` if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (visible, secret) = text.split_once('.')?;
        let canonical = uuid::Uuid::parse_str(visible).is_ok_and(|id| {
            id.get_version_num() == 4
                && visible == id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer())
        });
        (canonical && is_encoded_secret(secret)).then(|| Self::new(Zeroizing::new(text.to_owned())))
    }
}

/// Exactly 32 bytes in the one canonical base64url spelling.
fn is_encoded_secret(encoded: &str) -> bool {
    encoded.len() == ENCODED_LEN
        && URL_SAFE_NO_PAD
            .decode(encoded)
            .map(Zeroizing::new)
            .is_ok_and(|bytes| bytes.len() == SECRET_BYTES)
}

impl<K> Clone for Secret<K> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            kind: PhantomData,
        }
    }
}

impl<K: Kind> fmt::Debug for Secret<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{}>", K::NAME)
    }
}

/// SHA-256 of a [`Secret`]. Only digests reach a port.
pub struct Digest<K> {
    bytes: [u8; 32],
    kind: PhantomData<K>,
}

impl<K> Digest<K> {
    /// Wraps a stored digest.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self {
            bytes,
            kind: PhantomData,
        }
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl<K> Clone for Digest<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Digest<K> {}

impl<K> PartialEq for Digest<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<K> Eq for Digest<K> {}

impl<K> Hash for Digest<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl<K: Kind> fmt::Debug for Digest<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest<{}>", K::NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_its_text_form() {
        let secret = Secret::<Refresh>::from_random(&[7; 32]);
        let parsed = Secret::<Refresh>::parse(secret.reveal()).unwrap();
        assert_eq!(secret.digest(), parsed.digest());
        assert!(secret.reveal().starts_with("hzr_"));
    }

    #[test]
    fn only_the_one_canonical_spelling_parses() {
        let good = Secret::<Refresh>::from_random(&[255; 32]).reveal().to_owned();
        let spellings = [
            good.replace("hzr_", "HZR_"),
            good.replace("hzr_", ""),
            format!("{good}="),
            format!("{good} "),
            good[..good.len() - 1].to_owned(),
            format!("{}9", &good[..good.len() - 1]), // same bytes, other trailing bits
            good.replace('_', "/"),
        ];
        for spelling in spellings {
            assert!(Secret::<Refresh>::parse(&spelling).is_none(), "{spelling}");
        }
    }

    #[test]
    fn a_one_time_token_survives_its_text_form_and_only_that() {
        let token = Secret::<OneTime>::from_random_parts([0xab; 16], &[9; 32]);
        let text = token.reveal();
        assert_eq!(Secret::<OneTime>::parse(text).unwrap().digest(), token.digest());
        let (visible, secret) = text.split_once('.').unwrap();
        let spellings = [
            format!("{}.{secret}", visible.to_uppercase()),
            format!("{}.{secret}", visible.replace('-', "")),
            format!("{visible}{secret}"),
            format!(" {text}"),
            visible.to_owned(),
            format!("{visible}."),
            String::new(),
        ];
        for spelling in spellings {
            assert!(Secret::<OneTime>::parse(&spelling).is_none(), "{spelling}");
        }
    }

    #[test]
    fn debug_output_shows_neither_secret_nor_digest() {
        let secret = Secret::<Refresh>::from_random(&[1; 32]);
        assert_eq!(
            format!("{secret:?} {:?}", secret.digest()),
            "Secret<Refresh> Digest<Refresh>"
        );
    }
}
