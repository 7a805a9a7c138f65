//! Reading stored password hashes, which are believed only within bounds.
//!
//! Hashes come from imports and backups as well as from us. Everything that
//! decides about memory or time is checked here, while it is still a number.

use std::fmt;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::foreign_hash::Foreign;
use super::pepper::read_version;
use crate::domain::password::PasswordHash;
use crate::domain::policy::Argon2Cost;

/// Longest text that can be valid: 52 of parameters, two times 86 of base64, one `$`.
const MAX_TEXT: usize = 225;
/// Most passes that are computed for anybody.
pub(super) const MAX_PASSES: u32 = 20;
/// Most lanes that are computed for anybody.
pub(super) const MAX_LANES: u32 = 16;
/// Most memory in KiB that is filled for anybody, pass by pass, unless the configuration
/// itself asks for more: 2 GiB, which takes seconds.
pub(super) const MAX_WORK_KIB: u64 = 2 * 1024 * 1024;
/// Longest tag.
pub(super) const MAX_TAG: usize = 64;
pub(super) const SALT: RangeInclusive<usize> = 8..=64;
pub(super) const TAG: RangeInclusive<usize> = 16..=MAX_TAG;

/// What a stored hash may ask for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Most memory, in KiB.
    pub(super) budget_kib: u64,
    /// Most memory that is filled, pass by pass, in KiB: what it costs in time.
    pub(super) work_kib: u64,
    /// Whether it may be bcrypt.
    pub(super) bcrypt: bool,
    /// Whether it may be PBKDF2 or scrypt.
    pub(super) foreign: bool,
}

/// Why a stored hash is not computed. Never contains any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    TooCostly,
    BcryptOff,
    ForeignOff,
    NotBuiltIn,
    NoPepper,
}

impl Refusal {
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "not a hash that is understood here",
            Self::TooCostly => "it costs more than the configuration allows",
            Self::BcryptOff => "bcrypt is switched off; hashing.bcrypt_migration = true switches it on",
            Self::ForeignOff => {
                "PBKDF2 and scrypt are switched off; hashing.foreign_migration = true switches them on"
            }
            Self::NotBuiltIn => "this program was built without its algorithm",
            Self::NoPepper => "its pepper is not configured",
        }
    }

    /// Tells the operator. A pepper that is missing locks out everybody at once, hence the level.
    pub(super) fn report(self) {
        const WHAT: &str = "a stored password hash was refused; its owner cannot log in";
        let reason = self.reason();
        match self {
            Self::NoPepper => tracing::error!(reason, "{WHAT}"),
            Self::Malformed | Self::TooCostly | Self::BcryptOff | Self::ForeignOff | Self::NotBuiltIn => {
                tracing::warn!(reason, "{WHAT}");
            }
        }
    }
}

/// A stored hash that may be computed.
pub(super) enum StoredHash {
    Argon2(Phc),
    Foreign(Foreign),
}

impl StoredHash {
    /// Reads `text`, which must keep to the limits.
    pub(super) fn read(text: &str, limits: &Limits) -> Result<Self, Refusal> {
        if text.len() > MAX_TEXT {
            return Err(Refusal::Malformed);
        }
        match Foreign::read(text, limits) {
            Some(foreign) => foreign.map(Self::Foreign),
            None => Phc::read(text, limits).map(Self::Argon2),
        }
    }
}

/// An Argon2id hash, version 0x13, in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Phc {
    pub(super) cost: Argon2Cost,
    /// Version of the pepper.
    pub(super) keyid: Option<u16>,
    pub(super) salt: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl Phc {
    fn read(text: &str, limits: &Limits) -> Result<Self, Refusal> {
        let rest = text.strip_prefix("$argon2id$v=19$").ok_or(Refusal::Malformed)?;
        let mut fields = rest.split('$');
        let (Some(cost), Some(salt), Some(tag), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(Refusal::Malformed);
        };
        let (cost, keyid) = read_params(cost).ok_or(Refusal::Malformed)?;
        let affordable = u64::from(cost.memory_kib) <= limits.budget_kib && work_kib(cost) <= limits.work_kib;
        if !affordable || cost.passes > MAX_PASSES || cost.lanes > MAX_LANES {
            return Err(Refusal::TooCostly);
        }
        // Argon2 needs two blocks for each of four slices of every lane.
        if cost.passes == 0 || cost.lanes == 0 || cost.memory_kib < 8 * cost.lanes {
            return Err(Refusal::Malformed);
        }
        Ok(Self {
            cost,
            keyid,
            salt: read_bytes(salt, &SALT).ok_or(Refusal::Malformed)?,
            tag: read_bytes(tag, &TAG).ok_or(Refusal::Malformed)?,
        })
    }
}

impl fmt::Display for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "$argon2id$v=19$m={},t={},p={}",
            self.cost.memory_kib, self.cost.passes, self.cost.lanes,
        )?;
        if let Some(version) = self.keyid {
            write!(f, ",keyid={}", STANDARD_NO_PAD.encode(version.to_string()))?;
        }
        write!(
            f,
            "${}${}",
            STANDARD_NO_PAD.encode(&self.salt),
            STANDARD_NO_PAD.encode(&self.tag),
        )
    }
}

/// The version of the pepper that a hash of ours was made with.
#[must_use]
pub fn pepper_of(stored: &PasswordHash) -> Option<u16> {
    let rest = stored.as_str().strip_prefix("$argon2id$v=19$")?;
    read_params(rest.split('$').next()?)?.1
}

/// How much memory is filled, pass by pass.
pub(super) fn work_kib(cost: Argon2Cost) -> u64 {
    u64::from(cost.memory_kib) * u64::from(cost.passes)
}

/// `m=…,t=…,p=…` and perhaps `,keyid=…`, in this order and nothing more.
fn read_params(text: &str) -> Option<(Argon2Cost, Option<u16>)> {
    let mut parts = text.split(',');
    let cost = Argon2Cost {
        memory_kib: read_number(parts.next()?.strip_prefix("m=")?)?,
        passes: read_number(parts.next()?.strip_prefix("t=")?)?,
        lanes: read_number(parts.next()?.strip_prefix("p=")?)?,
    };
    let keyid = match parts.next() {
        Some(part) => Some(read_keyid(part.strip_prefix("keyid=")?)?),
        None => None,
    };
    parts.next().is_none().then_some((cost, keyid))
}

/// A version in decimal, in base64 as the PHC format wants it.
fn read_keyid(text: &str) -> Option<u16> {
    let bytes = STANDARD_NO_PAD.decode(text).ok()?;
    read_version(std::str::from_utf8(&bytes).ok()?)
}

/// A decimal as the PHC format writes it: digits only, no leading zero.
pub(super) fn read_number(text: &str) -> Option<u32> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits {
        text.parse().ok()
    } else {
        None
    }
}

pub(super) fn read_bytes(text: &str, length: &RangeInclusive<usize>) -> Option<Vec<u8>> {
    let bytes = STANDARD_NO_PAD.decode(text).ok()?;
    length.contains(&bytes.len()).then_some(bytes)
}

#[cfg(test)]
#[path = "stored_hash_tests.rs"]
mod tests;
