//! Access tokens: issued and believed here, nowhere else.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::Cache;
use serde::Deserialize as _;
use serde_json::Value;

use super::CryptoError;
use super::jws::{self, MAX_TOKEN_BYTES, Object};
use super::keyring::KeyRing;
use super::sealing::SealingKeys;
use crate::domain::claims::{AccessClaims, VerifiedToken};
use crate::domain::ids::Fingerprint;
use crate::domain::time::Timestamp;

/// How many verified tokens are remembered unless told otherwise.
pub const DEFAULT_CACHE_ENTRIES: usize = 10_000;

/// Why a token is not believed. More is not said: the client cannot repair it, an attacker could learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is not a token of ours.
    #[error("the access token is not valid")]
    Invalid,
    /// It was ours and is right in everything but its age.
    #[error("the access token has expired")]
    Expired,
}

/// Signs and verifies access tokens of one issuer for one audience.
///
/// Verified tokens are remembered by the SHA-256 of their exact bytes, which
/// saves the signature check the next time. Everything that depends on time is
/// checked every time, and revocation is the caller's: nothing here knows of it.
pub struct AccessTokens {
    configured: Arc<KeyRing>,
    ring: RwLock<Arc<KeyRing>>,
    sealing_keys: SealingKeys,
    issuer: String,
    audience: String,
    leeway: i64,
    verified: Cache<[u8; 32], Verified>,
}

/// A token whose signature was right.
#[derive(Clone)]
struct Verified {
    token: Arc<VerifiedToken>,
    kid: Arc<str>,
}

impl AccessTokens {
    /// Tokens of `issuer` for `audience`; clocks may differ by `leeway`, counted in whole seconds.
    #[must_use]
    pub fn new(ring: KeyRing, issuer: String, audience: String, leeway: Duration) -> Self {
        let configured = Arc::new(ring);
        Self {
            ring: RwLock::new(Arc::clone(&configured)),
            configured,
            sealing_keys: SealingKeys::default(),
            issuer,
            audience,
            leeway: i64::try_from(leeway.as_secs())
                .unwrap_or(LAST_SECOND)
                .min(LAST_SECOND),
            verified: Cache::new(DEFAULT_CACHE_ENTRIES),
        }
    }

    /// Remembers at most about `entries` verified tokens; 0 turns the memory off.
    #[must_use]
    pub fn with_cache_entries(mut self, entries: usize) -> Self {
        self.verified = Cache::new(entries);
        self
    }

    /// With these, keys are changed in the database: they open the private halves stored there.
    #[must_use]
    pub fn with_sealing_keys(mut self, keys: SealingKeys) -> Self {
        self.sealing_keys = keys;
        self
    }

    /// The keys in force. Kept no longer than one token takes: another ring may replace it at any time.
    #[must_use]
    pub fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another ring is in force from now on. A remembered token whose key it lacks is forgotten.
    pub fn replace_ring(&self, ring: KeyRing) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// The keys that were configured.
    #[must_use]
    pub fn configured(&self) -> &KeyRing {
        &self.configured
    }

    /// What opens the private keys of the database; empty where files alone decide.
    #[must_use]
    pub const fn sealing_keys(&self) -> &SealingKeys {
        &self.sealing_keys
    }

    /// The id of the key that a token says it was signed with; nothing about the token is checked.
    #[must_use]
    pub fn key_id(token: &str) -> Option<String> {
        jws::named_key(token)
    }

    /// Whether a token that was refused could be signed with a key that this ring does not have (yet).
    #[must_use]
    pub fn names_unknown_key(ring: &KeyRing, token: &str) -> bool {
        jws::named_key(token).is_some_and(|kid| ring.find(&kid).is_none())
    }

    /// The `iss` of every token.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The `aud` of every token.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Issues a token with these claims.
    ///
    /// # Errors
    /// If the ring cannot sign, if [`AccessTokens::verify`] would never accept such claims, or if the library fails.
    pub fn sign(&self, claims: &AccessClaims) -> Result<String, CryptoError> {
        let ring = self.ring();
        let Some(key) = ring.signing() else {
            return Err(CryptoError::new("this node has no key to sign with"));
        };
        if !self.is_ours(claims) || !is_sane(claims) {
            return Err(CryptoError::new("nobody would accept a token with these claims"));
        }
        let payload = serde_json::to_vec(claims).map_err(|_| CryptoError::new("claims are not JSON"))?;
        jws::encode(key, &payload)
    }

    /// The claims of a token, if it is ours and its time is now.
    ///
    /// # Errors
    /// [`TokenFault::Expired`] if only its age is wrong, [`TokenFault::Invalid`] for every other fault.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<VerifiedToken>, TokenFault> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenFault::Invalid); // before hashing: its length is the attacker's choice
        }
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        if let Some(known) = self.verified.get(&id) {
            if self.ring().find(&known.kid).is_none() {
                self.verified.remove(&id);
                return Err(TokenFault::Invalid);
            }
            self.check_times(&known.token, now)?;
            return Ok(known.token);
        }
        let fresh = self.verify_fresh(token)?;
        self.check_times(&fresh.token, now)?;
        let token = Arc::clone(&fresh.token);
        self.verified.insert(id, fresh);
        Ok(token)
    }

    /// Everything that does not depend on the time.
    fn verify_fresh(&self, token: &str) -> Result<Verified, TokenFault> {
        let ring = self.ring();
        let (key, payload) = jws::decode(&ring, token).ok_or(TokenFault::Invalid)?;
        let claims = parse(&payload).ok_or(TokenFault::Invalid)?;
        if !self.is_ours(&claims) || !is_sane(&claims) {
            return Err(TokenFault::Invalid);
        }
        Ok(Verified {
            token: Arc::new(VerifiedToken {
                claims,
                key: Fingerprint::of(key.kid()),
            }),
            kid: key.kid().into(),
        })
    }

    fn is_ours(&self, claims: &AccessClaims) -> bool {
        claims.iss == self.issuer && claims.aud == self.audience
    }

    fn check_times(&self, claims: &AccessClaims, now: Timestamp) -> Result<(), TokenFault> {
        // Sums cannot overflow: claims and leeway end with the year 9999.
        let latest = now.seconds().saturating_add(self.leeway);
        if claims.nbf.is_some_and(|nbf| nbf > latest) || claims.iat > latest.saturating_add(ISSUE_SKEW) {
            return Err(TokenFault::Invalid);
        }
        if claims.exp + self.leeway <= now.seconds() {
            return Err(TokenFault::Expired);
        }
        Ok(())
    }
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("ring", &self.ring())
            .finish_non_exhaustive()
    }
}

/// Claims in strict JSON: one object, no duplicates, no nulls, times as integers.
fn parse(payload: &[u8]) -> Option<AccessClaims> {
    let Object(members) = Object::parse(payload)?;
    AccessClaims::deserialize(Value::Object(members)).ok()
}

/// Times that can be true of some token.
fn is_sane(claims: &AccessClaims) -> bool {
    let representable = 0..=LAST_SECOND;
    let nbf = claims.nbf.unwrap_or(claims.iat);
    claims.iat < claims.exp
        && [claims.iat, claims.exp, nbf]
            .iter()
            .all(|at| representable.contains(at))
}

/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// How far ahead of ours the issuing node's clock may run, beyond the leeway, in seconds.
const ISSUE_SKEW: i64 = 60;

#[cfg(test)]
#[path = "access_token_tests.rs"]
mod tests;
