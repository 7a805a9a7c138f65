//! Key sets that somebody else published (RFC 7517): which of their keys are believed, and for what.
//!
//! A key is taken by what it is, never by what it says it is for: its kind decides its algorithm, symmetric
//! ones have none, and its id must be its thumbprint. What is not such a key is passed over, as the RFC
//! demands; a set in which none is left is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::der::{self, BIT_STRING, INTEGER, OID, SEQUENCE};
use super::verifying_key::VerifyingKey;

/// Most bytes of a set that is looked at.
pub const MAX_SET_BYTES: usize = 64 * 1024;
/// Most keys of a set that are looked at.
const MAX_KEYS: usize = 32;
/// `NULL`, the parameters of RSA.
const NULL: [u8; 2] = [0x05, 0x00];
const COORDINATE: usize = 32;

/// No key of the set can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key set holds no key that can verify tokens")]
pub struct NoUsableKey;

/// The keys of a set that verify tokens.
///
/// # Errors
/// [`NoUsableKey`], also if the text is no key set.
pub fn read(body: &[u8]) -> Result<Vec<VerifyingKey>, NoUsableKey> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Map<String, Value>>,
    }
    if body.len() > MAX_SET_BYTES {
        return Err(NoUsableKey);
    }
    let set: Set = serde_json::from_slice(body).map_err(|_| NoUsableKey)?;
    let usable: Vec<_> = set.keys.iter().take(MAX_KEYS).filter_map(key).collect();
    if usable.is_empty() {
        return Err(NoUsableKey);
    }
    Ok(usable)
}

fn key(members: &Map<String, Value>) -> Option<VerifyingKey> {
    let text = |name| members.get(name).and_then(Value::as_str);
    // A private part has no business here: whoever published it has published the key.
    if members.contains_key("d") || members.contains_key("k") {
        return None;
    }
    if members.contains_key("use") && text("use") != Some("sig") {
        return None;
    }
    if let Some(operations) = members.get("key_ops")
        && !operations
            .as_array()?
            .iter()
            .any(|operation| operation == "verify")
    {
        return None;
    }
    let bytes = |name| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    let spki = match (text("kty")?, text("crv")) {
        ("RSA", _) => rsa(&bytes("n")?, &bytes("e")?)?,
        ("EC", Some("P-256")) => p256(&bytes("x")?, &bytes("y")?)?,
        ("OKP", Some("Ed25519")) => info(&oid(der::OID_ED25519)?, &bytes("x")?)?,
        _ => return None,
    };
    let key = VerifyingKey::from_spki_der(&spki).ok()?;
    let is_said = |name, is: &str| !members.contains_key(name) || text(name) == Some(is);
    (is_said("alg", key.algorithm().as_str()) && is_said("kid", key.kid())).then_some(key)
}

fn rsa(n: &[u8], e: &[u8]) -> Option<Vec<u8>> {
    let numbers = [positive(n)?, positive(e)?].concat();
    let algorithm = [oid(der::OID_RSA)?, NULL.to_vec()].concat();
    info(&algorithm, &der::write(SEQUENCE, &numbers)?)
}

fn p256(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    if x.len() != COORDINATE || y.len() != COORDINATE {
        return None;
    }
    let algorithm = [oid(der::OID_EC)?, oid(der::OID_P256)?].concat();
    info(&algorithm, &[&[4], x, y].concat())
}

/// A `SubjectPublicKeyInfo`.
fn info(algorithm: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let key = der::write(BIT_STRING, &[&[0], key].concat())?;
    let algorithm = der::write(SEQUENCE, algorithm)?;
    der::write(SEQUENCE, &[algorithm, key].concat())
}

fn oid(id: &[u8]) -> Option<Vec<u8>> {
    der::write(OID, id)
}

/// A positive `INTEGER` of a number without leading zero bytes (RFC 7518 section 2, `Base64urlUInt`).
fn positive(number: &[u8]) -> Option<Vec<u8>> {
    match number.first()? {
        0 => None,
        1..0x80 => der::write(INTEGER, number),
        0x80.. => der::write(INTEGER, &[&[0], number].concat()),
    }
}

#[cfg(test)]
#[path = "jwk_set_tests.rs"]
mod tests;
