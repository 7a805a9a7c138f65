//! The public keys, for anybody who verifies tokens (RFC 7517).

use std::sync::Arc;
use std::time::Duration;

use crate::auth::Auth;
use crate::crypto::keyring::{Jwks, KeyRing};

/// The published keys as they are now.
#[derive(Clone, Debug)]
pub struct KeySet {
    ring: Arc<KeyRing>,
    /// How long a verifier may keep the set. Zero while this node cannot know whether a key is missing.
    pub max_age: Duration,
}

impl KeySet {
    /// The rendered key set with its entity tag.
    #[must_use]
    pub fn jwks(&self) -> &Jwks {
        self.ring.jwks()
    }

    /// The keys themselves, the signing one first.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }
}

impl Auth {
    /// The key set, from memory.
    ///
    /// A set that lacks a new key must not be kept: another node signs with that key once every set that
    /// was published without it has run out. So a node that has not heard from SQL lets nobody keep its set.
    #[must_use]
    pub fn jwks(&self) -> KeySet {
        // The time first: what is confirmed then was so when the ring was taken.
        let is_confirmed = self.keys().is_confirmed(self.now());
        KeySet {
            ring: self.tokens().ring(),
            max_age: if is_confirmed {
                self.policy().keys.jwks_max_age
            } else {
                Duration::ZERO
            },
        }
    }
}
