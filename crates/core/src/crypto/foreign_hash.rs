//! Hashes that other systems made: verified within bounds, never written.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use aws_lc_rs::pbkdf2;
use base64::engine::general_purpose::STANDARD;

use super::CryptoError;
use super::stored_hash::{Limits, Refusal, SALT, TAG, read_bytes, read_number};

const BCRYPT_COST: RangeInclusive<u32> = 4..=14;
/// Most iterations of PBKDF2 that are computed for anybody.
const MAX_ITERATIONS: u32 = 2_000_000;
/// Most times that scrypt fills its memory for anybody.
#[cfg(feature = "scrypt")]
const MAX_PARALLEL: u32 = 16;

/// A hash of another system that may be computed.
pub(super) enum Foreign {
    /// The text as it stands.
    Bcrypt(String),
    /// PBKDF2 with an HMAC.
    Pbkdf2 {
        algorithm: pbkdf2::Algorithm,
        iterations: NonZeroU32,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
    /// scrypt.
    #[cfg(feature = "scrypt")]
    Scrypt {
        params: scrypt::Params,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
}

impl Foreign {
    /// Reads `text`; `None` if it does not look like a hash of another system.
    pub(super) fn read(text: &str, limits: &Limits) -> Option<Result<Self, Refusal>> {
        let (name, rest) = text.strip_prefix('$').unwrap_or(text).split_once('$')?;
        let in_phc = text.starts_with('$');
        let wanted = |is: bool, refusal| if is { Ok(()) } else { Err(refusal) };
        let read = match (in_phc, name) {
            (true, "2a" | "2b" | "2y") => {
                wanted(limits.bcrypt, Refusal::BcryptOff).and_then(|()| read_bcrypt(text))
            }
            (true, "pbkdf2-sha256") => {
                pbkdf2_wanted(limits).and_then(|()| read_pbkdf2(pbkdf2::PBKDF2_HMAC_SHA256, rest))
            }
            (true, "pbkdf2-sha512") => {
                pbkdf2_wanted(limits).and_then(|()| read_pbkdf2(pbkdf2::PBKDF2_HMAC_SHA512, rest))
            }
            (false, "pbkdf2_sha256") => pbkdf2_wanted(limits).and_then(|()| read_django(rest)),
            (true, "scrypt") => {
                wanted(limits.foreign, Refusal::ForeignOff).and_then(|()| read_scrypt(rest, limits))
            }
            _ => return None,
        };
        Some(read)
    }

    /// Whether no password of these bytes can have been hashed so. A C library
    /// ends a bcrypt password at NUL, others do not: such a password would
    /// open hashes it was never set for.
    pub(super) fn excludes(&self, password: &[u8]) -> bool {
        matches!(self, Self::Bcrypt(_)) && password.contains(&0)
    }

    /// Memory that `verify` takes, in KiB.
    pub(super) fn memory_kib(&self) -> u32 {
        match self {
            Self::Bcrypt(_) | Self::Pbkdf2 { .. } => 4,
            #[cfg(feature = "scrypt")]
            Self::Scrypt { params, .. } => scrypt_kib(params.log_n(), params.r(), params.p())
                .and_then(|kib| u32::try_from(kib).ok())
                .unwrap_or(u32::MAX),
        }
    }

    /// Whether it is the hash of this password.
    pub(super) fn verify(&self, password: &[u8]) -> Result<bool, CryptoError> {
        match self {
            Self::Bcrypt(hash) => {
                // bcrypt never saw more than 72 bytes; said here rather than left to the crate.
                let seen = password.get(..72).unwrap_or(password);
                bcrypt::verify(seen, hash).map_err(|_| CryptoError::new("bcrypt failed"))
            }
            Self::Pbkdf2 {
                algorithm,
                iterations,
                salt,
                tag,
            } => Ok(pbkdf2::verify(*algorithm, *iterations, salt, password, tag).is_ok()),
            #[cfg(feature = "scrypt")]
            Self::Scrypt { params, salt, tag } => {
                use subtle::ConstantTimeEq as _;
                let mut found = zeroize::Zeroizing::new(vec![0; tag.len()]);
                scrypt::scrypt(password, salt, params, &mut found)
                    .map_err(|_| CryptoError::new("scrypt failed"))?;
                Ok(found.as_slice().ct_eq(tag.as_slice()).into())
            }
        }
    }
}

fn pbkdf2_wanted(limits: &Limits) -> Result<(), Refusal> {
    if !limits.foreign {
        Err(Refusal::ForeignOff)
    } else if cfg!(feature = "pbkdf2") {
        Ok(())
    } else {
        Err(Refusal::NotBuiltIn)
    }
}

fn read_bcrypt(text: &str) -> Result<Foreign, Refusal> {
    let digits = text.get(4..6).ok_or(Refusal::Malformed)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Malformed);
    }
    let parts: bcrypt::HashParts = text.parse().map_err(|_| Refusal::Malformed)?;
    if !BCRYPT_COST.contains(&parts.get_cost()) {
        return Err(Refusal::TooCostly);
    }
    Ok(Foreign::Bcrypt(text.to_owned()))
}

/// `i=…,l=…$salt$tag`, where the length may be left out.
fn read_pbkdf2(algorithm: pbkdf2::Algorithm, rest: &str) -> Result<Foreign, Refusal> {
    let [params, salt, tag] = fields(rest)?;
    let tag = read_bytes(tag, &TAG).ok_or(Refusal::Malformed)?;
    let (iterations, length) = params
        .split_once(",l=")
        .map_or((params, None), |(iterations, length)| (iterations, Some(length)));
    if length.is_some_and(|length| read_number(length).map(|length| length as usize) != Some(tag.len())) {
        return Err(Refusal::Malformed);
    }
    Ok(Foreign::Pbkdf2 {
        algorithm,
        iterations: read_iterations(iterations.strip_prefix("i=").ok_or(Refusal::Malformed)?)?,
        salt: read_bytes(salt, &SALT).ok_or(Refusal::Malformed)?,
        tag,
    })
}

/// `iterations$salt$tag` as Django writes it: the salt is text, the tag padded base64.
fn read_django(rest: &str) -> Result<Foreign, Refusal> {
    use base64::Engine as _;
    let [iterations, salt, tag] = fields(rest)?;
    let tag = STANDARD.decode(tag).map_err(|_| Refusal::Malformed)?;
    if tag.len() != 32 || !SALT.contains(&salt.len()) {
        return Err(Refusal::Malformed);
    }
    Ok(Foreign::Pbkdf2 {
        algorithm: pbkdf2::PBKDF2_HMAC_SHA256,
        iterations: read_iterations(iterations)?,
        salt: salt.as_bytes().to_vec(),
        tag,
    })
}

fn read_iterations(text: &str) -> Result<NonZeroU32, Refusal> {
    let iterations = read_number(text)
        .and_then(NonZeroU32::new)
        .ok_or(Refusal::Malformed)?;
    if iterations.get() > MAX_ITERATIONS {
        return Err(Refusal::TooCostly);
    }
    Ok(iterations)
}

/// `ln=…,r=…,p=…$salt$tag`.
#[cfg(feature = "scrypt")]
fn read_scrypt(rest: &str, limits: &Limits) -> Result<Foreign, Refusal> {
    let [params, salt, tag] = fields(rest)?;
    let mut numbers = params.split(',');
    let mut number = |prefix| {
        let text = numbers.next()?.strip_prefix(prefix)?;
        read_number(text)
    };
    let (Some(log_n), Some(r), Some(p), None) = (number("ln="), number("r="), number("p="), numbers.next())
    else {
        return Err(Refusal::Malformed);
    };
    if log_n == 0 || r == 0 || p == 0 {
        return Err(Refusal::Malformed);
    }
    let log_n = u8::try_from(log_n).map_err(|_| Refusal::TooCostly)?;
    // Its passes run one after the other: each fills the memory again.
    let affordable = scrypt_kib(log_n, r, p)
        .is_some_and(|kib| kib <= limits.budget_kib && kib.saturating_mul(p.into()) <= limits.work_kib);
    if !affordable || p > MAX_PARALLEL {
        return Err(Refusal::TooCostly);
    }
    Ok(Foreign::Scrypt {
        params: scrypt::Params::new(log_n, r, p).map_err(|_| Refusal::Malformed)?,
        salt: read_bytes(salt, &SALT).ok_or(Refusal::Malformed)?,
        tag: read_bytes(tag, &TAG).ok_or(Refusal::Malformed)?,
    })
}

#[cfg(not(feature = "scrypt"))]
fn read_scrypt(_: &str, _: &Limits) -> Result<Foreign, Refusal> {
    Err(Refusal::NotBuiltIn)
}

/// 128·r bytes for each of N rows, for the block of each of p passes, and for two rows of work.
#[cfg(feature = "scrypt")]
fn scrypt_kib(log_n: u8, r: u32, p: u32) -> Option<u64> {
    let rows = 1_u64.checked_shl(log_n.into())?.checked_add(u64::from(p) + 2)?;
    Some(rows.checked_mul(128 * u64::from(r))?.div_ceil(1024))
}

fn fields(rest: &str) -> Result<[&str; 3], Refusal> {
    let mut fields = rest.split('$');
    match (fields.next(), fields.next(), fields.next(), fields.next()) {
        (Some(params), Some(salt), Some(tag), None) => Ok([params, salt, tag]),
        _ => Err(Refusal::Malformed),
    }
}

#[cfg(test)]
#[path = "foreign_hash_tests.rs"]
mod tests;
