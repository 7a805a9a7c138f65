//! Reading stored password hashes, which are believed only within bounds.
//!
//! Hashes come from imports and backups as well as from us. Everything that
//! decides about memory or time is checked here, while it is still a number.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::domain::policy::Argon2Cost;

/// Longest text that can be valid: 38 of parameters, two times 86 of base64, one `$`.
const MAX_TEXT: usize = 211;
/// Most passes that are computed for anybody.
pub(super) const MAX_PASSES: u32 = 20;
/// Most lanes that are computed for anybody.
pub(super) const MAX_LANES: u32 = 16;
/// Longest tag.
pub(super) const MAX_TAG: usize = 64;
const SALT: std::ops::RangeInclusive<usize> = 8..=64;
const TAG: std::ops::RangeInclusive<usize> = 16..=MAX_TAG;
const BCRYPT_COST: std::ops::RangeInclusive<u32> = 4..=14;

/// Why a stored hash is not computed. Never contains any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    TooCostly,
    BcryptOff,
}

impl Refusal {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "not a hash that is understood here",
            Self::TooCostly => "it costs more than the configuration allows",
            Self::BcryptOff => "bcrypt is switched off",
        }
    }
}

/// A stored hash that may be computed.
pub(super) enum StoredHash {
    Argon2(Phc),
    Bcrypt(String),
}

impl StoredHash {
    /// Reads `text`. Argon2id may take up to `budget_kib`; bcrypt must be wanted.
    pub(super) fn read(text: &str, budget_kib: u64, bcrypt: bool) -> Result<Self, Refusal> {
        if text.len() > MAX_TEXT {
            return Err(Refusal::Malformed);
        }
        match text.get(..4) {
            Some("$2a$" | "$2b$" | "$2y$") if !bcrypt => Err(Refusal::BcryptOff),
            Some("$2a$" | "$2b$" | "$2y$") => read_bcrypt(text),
            _ => Phc::read(text, budget_kib).map(Self::Argon2),
        }
    }
}

fn read_bcrypt(text: &str) -> Result<StoredHash, Refusal> {
    let digits = text.get(4..6).ok_or(Refusal::Malformed)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Malformed);
    }
    let parts: bcrypt::HashParts = text.parse().map_err(|_| Refusal::Malformed)?;
    if !BCRYPT_COST.contains(&parts.get_cost()) {
        return Err(Refusal::TooCostly);
    }
    Ok(StoredHash::Bcrypt(text.to_owned()))
}

/// An Argon2id hash, version 0x13, in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Phc {
    pub(super) cost: Argon2Cost,
    pub(super) salt: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl Phc {
    fn read(text: &str, budget_kib: u64) -> Result<Self, Refusal> {
        let rest = text.strip_prefix("$argon2id$v=19$").ok_or(Refusal::Malformed)?;
        let mut fields = rest.split('$');
        let (Some(cost), Some(salt), Some(tag), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(Refusal::Malformed);
        };
        let cost = read_cost(cost).ok_or(Refusal::Malformed)?;
        if u64::from(cost.memory_kib) > budget_kib || cost.passes > MAX_PASSES || cost.lanes > MAX_LANES {
            return Err(Refusal::TooCostly);
        }
        // Argon2 needs two blocks for each of four slices of every lane.
        if cost.passes == 0 || cost.lanes == 0 || cost.memory_kib < 8 * cost.lanes {
            return Err(Refusal::Malformed);
        }
        Ok(Self {
            cost,
            salt: read_bytes(salt, &SALT).ok_or(Refusal::Malformed)?,
            tag: read_bytes(tag, &TAG).ok_or(Refusal::Malformed)?,
        })
    }
}

impl fmt::Display for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "$argon2id$v=19$m={},t={},p={}${}${}",
            self.cost.memory_kib,
            self.cost.passes,
            self.cost.lanes,
            STANDARD_NO_PAD.encode(&self.salt),
            STANDARD_NO_PAD.encode(&self.tag),
        )
    }
}

/// `m=…,t=…,p=…`, in this order and nothing more.
fn read_cost(text: &str) -> Option<Argon2Cost> {
    let mut parts = text.split(',');
    let cost = Argon2Cost {
        memory_kib: read_number(parts.next()?.strip_prefix("m=")?)?,
        passes: read_number(parts.next()?.strip_prefix("t=")?)?,
        lanes: read_number(parts.next()?.strip_prefix("p=")?)?,
    };
    parts.next().is_none().then_some(cost)
}

/// A decimal as the PHC format writes it: digits only, no leading zero.
fn read_number(text: &str) -> Option<u32> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits {
        text.parse().ok()
    } else {
        None
    }
}

fn read_bytes(text: &str, length: &std::ops::RangeInclusive<usize>) -> Option<Vec<u8>> {
    let bytes = STANDARD_NO_PAD.decode(text).ok()?;
    length.contains(&bytes.len()).then_some(bytes)
}

#[cfg(test)]
#[path = "stored_hash_tests.rs"]
mod tests;
