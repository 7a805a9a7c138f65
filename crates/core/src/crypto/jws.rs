//! Compact JWS (RFC 7515), strictly: only what this product signs is ever read.
//!
//! There is no cryptography here. One token has one spelling: three base64url
//! parts without padding, a header with exactly `alg`, `kid` and `typ`. The key
//! is found by `kid` and brings its algorithm along; the header cannot choose one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::CryptoError;
use super::keyring::{KeyRing, SigningKey, VerifyingKey};
use crate::domain::key::Algorithm;

/// Longest token that is looked at. Issued ones have less than 1 KiB.
pub const MAX_TOKEN_BYTES: usize = 8192;

/// The type of our tokens (RFC 9068 section 2.1).
const TYPE: &str = "at+jwt";
const MEDIA_TYPE: &str = "application/at+jwt";

/// The first part of every token of one key.
pub(super) fn encode_header(algorithm: Algorithm, kid: &str) -> String {
    // A kid is base64url and an algorithm a fixed name: nothing needs escaping.
    URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{algorithm}","kid":"{kid}","typ":"{TYPE}"}}"#))
}

/// Signs a payload.
pub(super) fn encode(key: &SigningKey, payload: &[u8]) -> Result<String, CryptoError> {
    let header = key.verifying_key().header();
    let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + SIGNATURE_ROOM);
    token.push_str(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    if token.len() > MAX_TOKEN_BYTES {
        return Err(CryptoError::new(
            "the token would be longer than any that is accepted",
        ));
    }
    Ok(token)
}

/// The payload of a token whose signature is right, and the key that made it; `None` for every fault.
pub(super) fn decode<'a>(ring: &'a KeyRing, token: &str) -> Option<(&'a VerifyingKey, Vec<u8>)> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    if payload.is_empty() || payload.contains('.') || signature.is_empty() {
        return None;
    }
    // Nearly every header is letter for letter one that we wrote ourselves; the others are read.
    let key = match ring.keys().find(|key| key.header() == header) {
        Some(key) => key,
        None => find_key(ring, &URL_SAFE_NO_PAD.decode(header).ok()?)?,
    };
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    key.verify(signed.as_bytes(), &signature).ok()?;
    Some((key, URL_SAFE_NO_PAD.decode(payload).ok()?))
}

/// The id of the key that a token says it was signed with, if its header is exactly as ours are.
pub(crate) fn named_key(token: &str) -> Option<String> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let header = URL_SAFE_NO_PAD.decode(token.split_once('.')?.0).ok()?;
    let (alg, kid) = names(&header)?;
    // A thumbprint and an algorithm of ours; whatever else it names is not worth a look-up.
    let is_thumbprint = kid.len() == THUMBPRINT && URL_SAFE_NO_PAD.decode(&kid).is_ok();
    (Algorithm::parse(&alg).is_some() && is_thumbprint).then_some(kid)
}

/// The key that a header names, if the header is exactly as ours are.
fn find_key<'a>(ring: &'a KeyRing, header: &[u8]) -> Option<&'a VerifyingKey> {
    let (alg, kid) = names(header)?;
    ring.find(&kid).filter(|key| key.algorithm().as_str() == alg)
}

/// Algorithm and key that a header names, if the header is exactly as ours are.
fn names(header: &[u8]) -> Option<(String, String)> {
    let header = Object::parse(header)?.0;
    let text = |name| header.get(name).and_then(Value::as_str);
    let (alg, kid, typ) = (text("alg")?, text("kid")?, text("typ")?);
    // Whatever is a fourth member (crit, jwk, jku, x5u, x5c, b64, zip, cty ...), we do not know it.
    if header.len() != 3 {
        return None;
    }
    if !typ.eq_ignore_ascii_case(TYPE) && !typ.eq_ignore_ascii_case(MEDIA_TYPE) {
        return None;
    }
    Some((alg.to_owned(), kid.to_owned()))
}

/// A JSON object in which no member comes twice and none is `null`.
///
/// Lenient parsers differ in which duplicate they take, and attackers live on differences.
#[derive(Debug)]
pub(super) struct Object(pub(super) Map<String, Value>);

impl Object {
    /// Reads an object that is the whole of `json`.
    pub(super) fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object without duplicate or null members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Object, A::Error> {
        let mut object = Map::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            if value.is_null() || object.insert(name, value).is_some() {
                return Err(A::Error::custom("null or duplicate member"));
            }
        }
        Ok(Object(object))
    }
}

/// Letters of a SHA-256 thumbprint in base64url.
const THUMBPRINT: usize = 43;

/// Two dots and a signature of RSA-2048.
const SIGNATURE_ROOM: usize = 350;

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
