//! Keys as operators hand them over: PEM text in several disguises, and what can be wrong with it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pem::{EncodeConfig, LineEnding, Pem};
use zeroize::{Zeroize as _, Zeroizing};

/// Why a key was refused. No message contains key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text holds no PEM block in any accepted form.
    #[error(
        "this is not a PEM key: give the whole text from `-----BEGIN` to `-----END`, with real or `\\n` line breaks, or its base64"
    )]
    NotPem,
    /// The text holds more than one key.
    #[error("the PEM text holds several blocks: give one key")]
    SeveralBlocks,
    /// A key that no accepted algorithm uses.
    #[error(
        "{0} cannot be used: give an RSA key of at least 2048 bits, an EC key on P-256 or an Ed25519 key"
    )]
    UnsupportedKind(&'static str),
    /// The key needs a pass phrase.
    #[error(
        "the private key is encrypted: remove the pass phrase with `openssl pkey -in key.pem -out plain.pem` and protect the file instead"
    )]
    Encrypted,
    /// The PEM frame is fine, what it holds is not.
    #[error("the PEM text does not hold an intact key: copy it again or generate a new one")]
    Malformed,
    /// An RSA key that is too short.
    #[error("the RSA key has {bits} bits: use one of at least 2048")]
    RsaTooSmall {
        /// Bits of its modulus.
        bits: usize,
    },
    /// An RSA key so long that verifying would be slow.
    #[error("the RSA key has {bits} bits: use one of at most 8192")]
    RsaTooLarge {
        /// Bits of its modulus.
        bits: usize,
    },
    /// An RSA key whose public exponent is even or below 65537.
    #[error("the RSA key has a weak public exponent: use one with the exponent 65537")]
    WeakExponent,
    /// A public key where a private one is needed.
    #[error("this is a public key: the private key that belongs to it is needed here")]
    PrivateExpected,
    /// A private key where a public one is needed.
    #[error("this is a private key: give its public key, made by `openssl pkey -in key.pem -pubout`")]
    PublicExpected,
    /// The private and the public key are not a pair.
    #[error(
        "the public key does not belong to the private key: make it again with `openssl pkey -in key.pem -pubout`"
    )]
    Mismatch,
    /// Two different keys have one id.
    #[error("two different keys have the same kid: replace one of them")]
    DuplicateKid,
    /// A key ring without keys.
    #[error("there is no key: configure a private key to sign with or a public key to verify with")]
    NoKey,
    /// The cryptographic library failed with a good key.
    #[error("the cryptographic library failed: try again, and report it if it stays")]
    Library,
}

/// The PEM text within `text`: itself, with `\n` for line breaks, or base64 of it (contradiction C-48).
///
/// # Errors
/// [`KeyError::NotPem`] if it is none of these.
pub fn normalize_pem(text: &str) -> Result<Zeroizing<String>, KeyError> {
    let text = text.trim();
    if text.contains(FRAME) {
        return Ok(Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n")));
    }
    let encoded: Zeroizing<String> = Zeroizing::new(text.split_ascii_whitespace().collect());
    let decoded = Zeroizing::new(BASE64.decode(encoded.as_bytes()).map_err(|_| KeyError::NotPem)?);
    let inner = std::str::from_utf8(&decoded)
        .map_err(|_| KeyError::NotPem)?
        .trim();
    if inner.contains(FRAME) {
        Ok(Zeroizing::new(inner.to_owned()))
    } else {
        Err(KeyError::NotPem)
    }
}

/// What a PEM block says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// `PRIVATE KEY`.
    Pkcs8,
    /// `RSA PRIVATE KEY`.
    Pkcs1Private,
    /// `EC PRIVATE KEY`.
    Sec1,
    /// `PUBLIC KEY`.
    Spki,
    /// `RSA PUBLIC KEY`.
    Pkcs1Public,
}

/// The one key in a PEM text: its label and its DER.
pub(super) fn read(text: &str) -> Result<(Label, Zeroizing<Vec<u8>>), KeyError> {
    let text = normalize_pem(text)?;
    let mut blocks = pem::parse_many(text.as_bytes()).map_err(|_| KeyError::NotPem)?;
    // `openssl ecparam -genkey` writes the curve before the key, which names it again.
    blocks.retain(|block| block.tag() != "EC PARAMETERS");
    let block = blocks.pop().ok_or(KeyError::NotPem)?;
    let label = label(&block);
    let der = Zeroizing::new(block.into_contents());
    if blocks.is_empty() {
        return Ok((label?, der));
    }
    for other in blocks {
        other.into_contents().zeroize();
    }
    Err(KeyError::SeveralBlocks)
}

/// DER as PEM text.
pub(super) fn write(tag: &str, der: &[u8]) -> Zeroizing<String> {
    let block = Pem::new(tag, der);
    let text = pem::encode_config(&block, EncodeConfig::new().set_line_ending(LineEnding::LF));
    block.into_contents().zeroize();
    Zeroizing::new(text)
}

fn label(block: &Pem) -> Result<Label, KeyError> {
    let encrypted = |value: &str| value.contains("ENCRYPTED");
    if block.headers().get("Proc-Type").is_some_and(encrypted) {
        return Err(KeyError::Encrypted);
    }
    match block.tag() {
        "PRIVATE KEY" => Ok(Label::Pkcs8),
        "RSA PRIVATE KEY" => Ok(Label::Pkcs1Private),
        "EC PRIVATE KEY" => Ok(Label::Sec1),
        "PUBLIC KEY" => Ok(Label::Spki),
        "RSA PUBLIC KEY" => Ok(Label::Pkcs1Public),
        "ENCRYPTED PRIVATE KEY" => Err(KeyError::Encrypted),
        "CERTIFICATE" => Err(KeyError::UnsupportedKind("a certificate")),
        "OPENSSH PRIVATE KEY" => Err(KeyError::UnsupportedKind("a key in OpenSSH's own format")),
        _ => Err(KeyError::UnsupportedKind("a PEM block of this kind")),
    }
}

const FRAME: &str = "-----BEGIN ";

/// Base64 as people's tools write it: padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
#[path = "key_pem_tests.rs"]
mod tests;
