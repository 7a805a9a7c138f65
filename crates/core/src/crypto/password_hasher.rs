//! Password hashing within a memory budget.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::CryptoError;
use super::argon2_engine::{self, Arena, Input};
use super::foreign_hash::Foreign;
use super::hash_pool::Pool;
pub use super::hash_pool::{HasherStats, HasherTimes};
use super::pepper::Peppers;
use super::stored_hash::{
    Limits, MAX_LANES, MAX_PASSES, MAX_TAG, MAX_WORK_KIB, Phc, Refusal, StoredHash, work_kib,
};
use crate::domain::password::{Password, PasswordHash};
use crate::domain::policy::Argon2Cost;
use crate::error::Error;
use crate::ports::entropy::Entropy;

const SALT_LEN: usize = 16;
const TAG_LEN: usize = 32;
/// How long a worker without work keeps its memory.
const ARENA_IDLE: Duration = Duration::from_secs(10);
/// What a hash may take beside the memory of its worker, in KiB.
const SMALL_KIB: u32 = 64;
const LOST_PEPPER: CryptoError = CryptoError::new("the current pepper is not among the peppers");

/// Which implementation of Argon2id computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashEngine {
    /// `argon2-rust`: about twice as fast, young. The default.
    Fast,
    /// RustCrypto `argon2`: slower, long established.
    Conservative,
}

/// How much may be hashed at once, and at what cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherConfig {
    /// Cost of new hashes.
    pub cost: Argon2Cost,
    /// Memory that all running hashes may use together, in MiB; decides how many run at once.
    pub memory_mib: u32,
    /// Most hashes that may run at once, whatever the memory; the number of cores is sensible.
    pub max_parallel: usize,
    /// Most requests that may wait for a place.
    pub max_queue: usize,
    /// Longest time a request may wait for a place.
    pub queue_deadline: Duration,
    /// Whether bcrypt hashes are verified (and replaced at the next log-in).
    pub bcrypt: bool,
    /// Whether hashes of PBKDF2 and scrypt are verified (and replaced at the next log-in).
    pub foreign: bool,
    /// Which implementation.
    pub engine: HashEngine,
}

impl HasherConfig {
    fn limits(&self) -> Limits {
        Limits {
            budget_kib: u64::from(self.memory_mib) * 1024,
            work_kib: MAX_WORK_KIB.max(work_kib(self.cost)),
            bcrypt: self.bcrypt,
            foreign: self.foreign,
        }
    }

    /// How many hashes run at once: what memory and `max_parallel` allow.
    fn parallel(&self) -> Result<u32, CryptoError> {
        let each = self.cost.memory_kib.div_ceil(1024).max(1);
        let most = u32::try_from(self.max_parallel).unwrap_or(u32::MAX);
        match self.memory_mib / each {
            0 => Err(CryptoError::new(
                "the memory budget for password hashing is too small for a single hash",
            )),
            fit => Ok(fit.min(most).max(1)),
        }
    }

    /// Refuses costs that Argon2 does not have, or that `verify` would later refuse.
    fn check_cost(&self) -> Result<(), CryptoError> {
        let Argon2Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        if !(1..=MAX_LANES).contains(&lanes) {
            return Err(CryptoError::new(
                "the lanes of password hashing must be from 1 to 16",
            ));
        }
        if !(1..=MAX_PASSES).contains(&passes) {
            return Err(CryptoError::new(
                "the passes of password hashing must be from 1 to 20",
            ));
        }
        if memory_kib < 8 * lanes {
            return Err(CryptoError::new(
                "the memory of a password hash must be at least 8 KiB per lane",
            ));
        }
        Ok(())
    }
}

/// What `verify` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whether it is the password.
    pub matches: bool,
    /// Whether the stored hash should be replaced by a new one; only ever set on a match.
    pub needs_rehash: bool,
}

/// Makes and checks password hashes, never more at once than memory allows.
///
/// Clones share one pool. Everybody waits in one queue, in the order of
/// arrival; when it is full, or the wait too long, the answer is
/// [`Error::Overloaded`] rather than a process without memory.
#[derive(Clone)]
pub struct PasswordHasher(Arc<Inner>);

struct Inner {
    cost: Argon2Cost,
    limits: Limits,
    peppers: Peppers,
    entropy: Arc<dyn Entropy>,
    pool: Pool,
}

impl PasswordHasher {
    /// A hasher without peppers; see [`PasswordHasher::with_peppers`].
    ///
    /// # Errors
    /// The same.
    pub fn new(config: HasherConfig, entropy: Arc<dyn Entropy>) -> Result<Self, CryptoError> {
        Self::with_peppers(config, Peppers::default(), entropy)
    }

    /// A hasher, after the chosen engine has computed the vector of RFC 9106 correctly.
    ///
    /// Costs microseconds; threads and memory come with the first hash.
    ///
    /// # Errors
    /// The cost is not a valid one, a single hash does not fit into the memory
    /// budget, or the engine computes something that is not Argon2id.
    pub fn with_peppers(
        config: HasherConfig,
        peppers: Peppers,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, CryptoError> {
        config.check_cost()?;
        let parallel = config.parallel()?;
        argon2_engine::check_vector(config.engine)?;
        Ok(Self(Arc::new(Inner {
            cost: config.cost,
            limits: config.limits(),
            peppers,
            entropy,
            pool: Pool::new(&config, parallel, ARENA_IDLE),
        })))
    }

    /// The keys that it hashes with.
    #[must_use]
    pub fn peppers(&self) -> &Peppers {
        &self.0.peppers
    }

    /// Hashes a password at the configured cost, with a new salt and the current pepper.
    ///
    /// # Errors
    /// `Overloaded` when there is no room in time, `Internal`.
    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, Error> {
        let cost = self.0.cost;
        let mut salt = vec![0; SALT_LEN];
        self.0.entropy.fill(&mut salt)?;
        let keyid = self.0.peppers.current();
        let seen = self.0.peppered(keyid, password).ok_or(LOST_PEPPER)?;
        let phc = self
            .0
            .pool
            .run(cost.memory_kib, move |arena| {
                let mut tag = vec![0; TAG_LEN];
                arena.derive(cost, Input::new(&seen, &salt), &mut tag)?;
                Ok::<_, CryptoError>(Phc {
                    cost,
                    keyid,
                    salt,
                    tag,
                })
            })
            .await??;
        Ok(PasswordHash::new(phc.to_string()))
    }

    /// Checks a password against a stored hash.
    ///
    /// `None`, for an unknown user, never matches and costs what a wrong
    /// password costs. So does a hash that is malformed, too costly or not
    /// wanted: nothing is computed, or reserved, at a cost it names itself.
    ///
    /// A hash of another system takes the time of its algorithm. While any are
    /// left, a patient observer can tell those accounts from others.
    ///
    /// # Errors
    /// `Overloaded` when there is no room in time, `Internal`.
    pub async fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
    ) -> Result<Verified, Error> {
        let check = self.0.check(password, stored);
        let memory_kib = check.memory_kib();
        let verified = self
            .0
            .pool
            .run(memory_kib, move |arena| check.run(arena))
            .await??;
        Ok(verified)
    }

    /// Whether [`PasswordHasher::verify`] would compute this hash, or else why
    /// not: for an import, which should not store what can never log in. The
    /// reason holds nothing of the hash.
    pub fn can_verify(&self, stored: &PasswordHash) -> Result<(), &'static str> {
        self.0.read(stored).map(drop).map_err(Refusal::reason)
    }

    /// Refuses at once when the queue is full, for callers with work to do before they hash.
    /// It reserves nothing: the queue may still be full later.
    ///
    /// # Errors
    /// `Overloaded`.
    pub fn expect_room(&self) -> Result<(), Error> {
        self.0.pool.expect_room()
    }

    /// How busy the hasher is now.
    #[must_use]
    pub fn stats(&self) -> HasherStats {
        self.0.pool.stats()
    }

    /// How long waiting and hashing took so far.
    #[must_use]
    pub fn times(&self) -> HasherTimes {
        self.0.pool.times()
    }
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHasher")
            .field("cost", &self.0.cost)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Reads a stored hash, if it can be computed here.
    fn read(&self, stored: &PasswordHash) -> Result<StoredHash, Refusal> {
        let hash = StoredHash::read(stored.as_str(), &self.limits)?;
        match &hash {
            StoredHash::Argon2(Phc {
                keyid: Some(version), ..
            }) if !self.peppers.knows(*version) => Err(Refusal::NoPepper),
            StoredHash::Argon2(_) | StoredHash::Foreign(_) => Ok(hash),
        }
    }

    /// Decides what is computed; allocates nothing that a stored hash asks for.
    fn check(&self, password: &Password, stored: Option<&PasswordHash>) -> Check {
        let Some(stored) = stored else {
            return self.decoy(password);
        };
        match self.read(stored) {
            Ok(StoredHash::Argon2(phc)) => {
                let Some(seen) = self.peppered(phc.keyid, password) else {
                    return self.decoy(password);
                };
                Check::Argon2 {
                    outdated: phc.cost != self.cost
                        || phc.keyid != self.peppers.current()
                        || phc.salt.len() != SALT_LEN
                        || phc.tag.len() != TAG_LEN,
                    phc,
                    seen,
                    decoy: false,
                }
            }
            Ok(StoredHash::Foreign(hash)) if hash.excludes(password.as_bytes()) => self.decoy(password),
            Ok(StoredHash::Foreign(hash)) => Check::Foreign {
                hash,
                password: password.clone(),
            },
            Err(refusal) => {
                refusal.report();
                self.decoy(password)
            }
        }
    }

    fn decoy(&self, password: &Password) -> Check {
        Check::Argon2 {
            phc: Phc {
                cost: self.cost,
                keyid: None,
                salt: vec![0; SALT_LEN],
                tag: vec![0; TAG_LEN],
            },
            seen: Zeroizing::new(password.as_bytes().to_vec()),
            outdated: false,
            decoy: true,
        }
    }

    /// What Argon2 gets to see of a password; `None` if the pepper is not known.
    fn peppered(&self, version: Option<u16>, password: &Password) -> Option<Zeroizing<Vec<u8>>> {
        match version {
            Some(version) => self.peppers.apply(version, password.as_bytes()),
            None => Some(Zeroizing::new(password.as_bytes().to_vec())),
        }
    }
}

/// A check that may be computed.
enum Check {
    Argon2 {
        phc: Phc,
        /// The password, or what a pepper made of it.
        seen: Zeroizing<Vec<u8>>,
        outdated: bool,
        decoy: bool,
    },
    Foreign {
        hash: Foreign,
        password: Password,
    },
}

impl Check {
    fn memory_kib(&self) -> u32 {
        match self {
            Self::Argon2 { phc, .. } => phc.cost.memory_kib,
            Self::Foreign { hash, .. } => hash.memory_kib(),
        }
    }

    fn run(self, arena: &mut Arena) -> Result<Verified, CryptoError> {
        let (matches, outdated) = match self {
            Self::Argon2 {
                phc,
                seen,
                outdated,
                decoy,
            } => {
                let mut buffer = Zeroizing::new([0; MAX_TAG]);
                let Some(tag) = buffer.get_mut(..phc.tag.len()) else {
                    return Err(CryptoError::new("the tag of a stored hash is too long"));
                };
                arena.derive(phc.cost, Input::new(&seen, &phc.salt), tag)?;
                let equal = bool::from((*tag).ct_eq(phc.tag.as_slice()));
                (equal && !decoy, outdated)
            }
            Self::Foreign { hash, password } => {
                // scrypt brings memory of its own, and the permits cover only one of the two.
                if hash.memory_kib() > SMALL_KIB {
                    arena.clear();
                }
                (hash.verify(password.as_bytes())?, true)
            }
        };
        Ok(Verified {
            matches,
            needs_rehash: matches && outdated,
        })
    }
}

#[cfg(test)]
#[path = "password_hasher_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "password_migration_tests.rs"]
mod migration_tests;
