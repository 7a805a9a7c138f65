//! Where a signing key stands, and when it may take its next step.
//!
//! Keys move one way: next, active, retiring, gone; any of them may be revoked. Two waits make a
//! change invisible. Nobody signs with a key before every cache of the published set has run out
//! since it was added, and no key goes before the last token it signed has expired everywhere.

use std::fmt;
use std::time::Duration;

use super::key::Algorithm;
use super::policy::Policy;
use super::time::Timestamp;

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Configured on some node, which decides by itself what it is used for.
    Known,
    /// Published, and will sign.
    Next,
    /// Signs.
    Active,
    /// Signs no more; its last tokens live.
    Retiring,
    /// Its tokens have expired; it is never believed again.
    Gone,
    /// Withdrawn at once, with all its tokens; it is never believed again.
    Revoked,
}

impl KeyState {
    const ALL: [Self; 6] = [
        Self::Known,
        Self::Next,
        Self::Active,
        Self::Retiring,
        Self::Gone,
        Self::Revoked,
    ];

    /// The stored and shown word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Next => "next",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
            Self::Revoked => "revoked",
        }
    }

    /// The state with that exact word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether every node publishes and believes the key, whatever is configured.
    #[must_use]
    pub const fn is_managed(self) -> bool {
        matches!(self, Self::Next | Self::Active | Self::Retiring)
    }

    /// Whether no node believes the key any more, whatever is configured.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Gone | Self::Revoked)
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A private key that only the sealing key opens. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedKey(pub Vec<u8>);

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedKey")
    }
}

/// A signing key as SQL knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// `SubjectPublicKeyInfo`, DER.
    pub public_key: Vec<u8>,
    /// When a node first published it.
    pub first_seen_at: Timestamp,
    /// Where it stands.
    pub state: KeyState,
    /// Since when.
    pub changed_at: Timestamp,
    /// Its private half, as long as it may have to sign.
    pub sealed: Option<SealedKey>,
}

impl StoredKey {
    /// When its next step is due; `None` if nothing happens to it by itself.
    #[must_use]
    pub fn due_at(&self, times: &KeyTimes) -> Option<Timestamp> {
        match self.state {
            KeyState::Next => Some(self.changed_at + times.until_signing),
            KeyState::Retiring => Some(self.changed_at + times.until_gone),
            KeyState::Active => times.rotation_period.map(|period| self.changed_at + period),
            KeyState::Known | KeyState::Gone | KeyState::Revoked => None,
        }
    }

    fn is_due(&self, times: &KeyTimes, now: Timestamp) -> bool {
        self.due_at(times).is_some_and(|at| at <= now)
    }
}

/// How long keys stay where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTimes {
    /// From the publication of a key to its first signature.
    pub until_signing: Duration,
    /// From a key's last signature to its end.
    pub until_gone: Duration,
    /// How long a key signs before another one is made, if that happens by itself.
    pub rotation_period: Option<Duration>,
}

impl KeyTimes {
    /// A node that has not compared its keys with SQL for longer neither signs nor lets anybody
    /// keep the set that it publishes.
    pub const CONFIRMED: Duration = Duration::from_secs(5);
    /// How old what a node knows may be when what it made of it arrives: [`KeyTimes::CONFIRMED`],
    /// and room for a slow answer.
    const STALENESS: Duration = Duration::from_secs(30);

    /// The waits under these rules.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        Self {
            // The publication was timed by one clock and is judged by another.
            until_signing: policy.keys.jwks_max_age + Policy::CLOCK_SKEW + Self::STALENESS,
            // The same, and its last token was timed by a third clock and is judged by a fourth.
            until_gone: policy.access_ttl + policy.leeway + Policy::CLOCK_SKEW * 2 + Self::STALENESS,
            rotation_period: policy.keys.rotation_period,
        }
    }
}

/// What is due among the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyStep {
    /// The next key signs from now on, and the active one retires.
    Promote {
        /// The one that begins to sign.
        next: String,
        /// The one that ends, if there is one.
        active: Option<String>,
    },
    /// The last tokens of a key have expired.
    Forget {
        /// Which key.
        kid: String,
    },
    /// The active key has signed for long enough: another one is to be published.
    Renew {
        /// For which algorithm.
        algorithm: Algorithm,
    },
}

impl KeyStep {
    /// The most urgent step that is due.
    #[must_use]
    pub fn due(keys: &[StoredKey], times: &KeyTimes, now: Timestamp) -> Option<Self> {
        let of = |state| keys.iter().filter(move |key| key.state == state);
        let (next, active) = (of(KeyState::Next).next(), of(KeyState::Active).next());
        if let Some(next) = next.filter(|key| key.is_due(times, now)) {
            return Some(Self::Promote {
                next: next.kid.clone(),
                active: active.map(|key| key.kid.clone()),
            });
        }
        if let Some(key) = of(KeyState::Retiring).find(|key| key.is_due(times, now)) {
            return Some(Self::Forget { kid: key.kid.clone() });
        }
        let renew = active.filter(|key| next.is_none() && key.is_due(times, now))?;
        Some(Self::Renew {
            algorithm: renew.algorithm,
        })
    }
}

/// Why keys cannot be used or changed as asked. For operators: no client ever sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// Keys cannot be stored.
    #[error(
        "jwt.sealing_key_file is missing: make the file with `horizon-auth keys generate --sealing`, name it \
         on every node, and keep a copy where the database is not"
    )]
    NoSealingKey,
    /// The stored key does not open.
    #[error(
        "the key {kid} in the database was sealed with another sealing key: configure that one as \
         jwt.sealing_key_file; if it is lost, `horizon-auth keys revoke {kid}` makes a new key and \
         lets people keep their sessions"
    )]
    OtherSealingKey {
        /// Which key.
        kid: String,
    },
    /// Keys are changed in SQL, and this node cannot take part.
    #[error(
        "keys of this database are changed in SQL, and {active} signs: configure the jwt.sealing_key_file \
         of the other nodes"
    )]
    SealingKeyNeeded {
        /// The key that signs.
        active: String,
    },
    /// The configured key was given up for good.
    #[error(
        "jwt.private_key is the key {kid}, which is {state} since {since} and never believed again: configure another"
    )]
    Over {
        /// Which key.
        kid: String,
        /// Retired or revoked.
        state: KeyState,
        /// Since when.
        since: Timestamp,
    },
    /// No key has ever signed.
    #[error("no key of this database signs yet: start the service once, it takes over jwt.private_key")]
    NoActiveKey,
    /// One change at a time.
    #[error("the key {kid} waits already and signs from {signs_at}, when no verifier can lack it any more")]
    NextExists {
        /// Which key.
        kid: String,
        /// When it begins.
        signs_at: Timestamp,
    },
    /// There is no such key.
    #[error("there is no key {kid}; `horizon-auth keys list` shows those there are")]
    Unknown {
        /// What was asked for.
        kid: String,
    },
    /// Retiring it would refuse valid tokens.
    #[error("tokens of the key {kid} live until {until}; it can be retired then, and is by itself")]
    TokensLive {
        /// Which key.
        kid: String,
        /// How long.
        until: Timestamp,
    },
    /// Retiring it would leave nothing to sign with.
    #[error(
        "the key {kid} signs: `horizon-auth keys rotate` replaces it; if it was stolen, `keys revoke` does at once"
    )]
    Signs {
        /// Which key.
        kid: String,
    },
    /// Files decide about it.
    #[error("the key {kid} stands in a configuration: remove it there, from jwt.extra_public_key_files")]
    Configured {
        /// Which key.
        kid: String,
    },
    /// It has been done.
    #[error("the key {kid} is {state} already")]
    Already {
        /// Which key.
        kid: String,
        /// What it is.
        state: KeyState,
    },
}

#[cfg(test)]
#[path = "key_state_tests.rs"]
mod tests;
