//! The keys of a server that runs elsewhere: fetched when they are needed, kept while they are good.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;

use super::knows;
use crate::crypto::access_token::AccessTokens;
use crate::crypto::jwk_set;
use crate::crypto::keyring::{KeyError, KeyRing, VerifyingKey};
use crate::domain::time::Timestamp;
use crate::ports::cache::CacheError;
use crate::ports::clock::Clock;
use crate::ports::remote::{KeySource, PublishedSet};

/// What tokens must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRules {
    /// The `iss` claim.
    pub issuer: String,
    /// The `aud` claim.
    pub audience: String,
    /// Clock difference that is forgiven.
    pub leeway: Duration,
}

impl TokenRules {
    fn tokens(&self, keys: Vec<VerifyingKey>) -> Result<AccessTokens, KeyError> {
        let ring = KeyRing::new(None, keys)?;
        let (issuer, audience) = (self.issuer.clone(), self.audience.clone());
        Ok(AccessTokens::new(ring, issuer, audience, self.leeway))
    }
}

/// Keys that never change.
#[derive(Debug)]
pub struct FixedKeys(Box<AccessTokens>);

impl FixedKeys {
    /// Believes tokens of these keys.
    ///
    /// # Errors
    /// [`KeyError`] if there is none.
    pub fn new(keys: Vec<VerifyingKey>, rules: &TokenRules) -> Result<Self, KeyError> {
        rules.tokens(keys).map(Box::new).map(Self)
    }

    pub(super) fn tokens(&self) -> &AccessTokens {
        &self.0
    }
}

/// Keys that a server publishes.
///
/// They are fetched again when they are as old as the server allows, or when a token names a key that is not
/// among them; by one request at a time, and never within [`RemoteKeys::PAUSE`] of the last attempt. While the server is
/// away the last set is kept for at most [`RemoteKeys::LONGEST`]; then nobody passes.
#[derive(Debug)]
pub struct RemoteKeys {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    source: Arc<dyn KeySource>,
    rules: TokenRules,
    clock: Arc<dyn Clock>,
    held: RwLock<Held>,
    /// Whoever holds it fetches.
    flight: Arc<Mutex<()>>,
}

#[derive(Clone, Debug, Default)]
struct Held {
    set: Option<Set>,
    tried: Option<Tried>,
}

#[derive(Clone, Debug)]
struct Set {
    tokens: Arc<AccessTokens>,
    /// The text that it was read from: the same text keeps the memory of verified tokens.
    body: Arc<[u8]>,
    fetched_at: Timestamp,
    fresh_for: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Tried {
    at: Timestamp,
    failed: bool,
}

/// How long a set is kept of which the server does not say how long.
const USUAL: Duration = Duration::from_secs(5 * 60);
/// Whatever the server says, a withdrawn key is forgotten within this.
const LONGEST_FRESH: Duration = Duration::from_secs(3600);

const AWAY: CacheError = CacheError("the keys of the authentication server cannot be fetched");

impl RemoteKeys {
    /// Least time between two attempts. A flood of made-up key ids costs the server no more.
    pub const PAUSE: Duration = Duration::from_secs(10);
    /// How long a set is kept while the server is away, counted from when it was fetched.
    pub const LONGEST: Duration = Duration::from_secs(12 * 3600);

    /// Fetches from this source, when they are first needed.
    #[must_use]
    pub fn new(source: Arc<dyn KeySource>, rules: TokenRules, clock: Arc<dyn Clock>) -> Self {
        Self {
            shared: Arc::new(Shared {
                source,
                rules,
                clock,
                held: RwLock::default(),
                flight: Arc::default(),
            }),
        }
    }

    /// The keys in force.
    ///
    /// # Errors
    /// There are none: the server has not given any for too long.
    pub(super) async fn current(&self, now: Timestamp) -> Result<Arc<AccessTokens>, CacheError> {
        let enough = |held: &Held| held.fresh(now).is_some();
        if let Some(tokens) = self.shared.held().fresh(now) {
            return Ok(tokens);
        }
        self.refresh(enough, now).await;
        self.shared.held().usable(now).ok_or(AWAY)
    }

    /// The keys that are held, without a look for newer ones.
    ///
    /// # Errors
    /// There are none: the server has not given any for too long.
    pub(super) fn at_hand(&self, now: Timestamp) -> Result<Arc<AccessTokens>, CacheError> {
        self.shared.held().usable(now).ok_or(AWAY)
    }

    /// The keys in force after a look for this one, which need not be among them.
    ///
    /// # Errors
    /// The last look failed, so nobody knows whether there is such a key.
    pub(super) async fn with_key(&self, kid: &str, now: Timestamp) -> Result<Arc<AccessTokens>, CacheError> {
        let enough = |held: &Held| held.usable(now).is_some_and(|tokens| knows(&tokens, kid));
        self.refresh(enough, now).await;
        let held = self.shared.held();
        let tokens = held.usable(now).ok_or(AWAY)?;
        if held.tried.is_some_and(|tried| tried.failed) && !knows(&tokens, kid) {
            return Err(AWAY);
        }
        Ok(tokens)
    }

    /// Fetches, unless what is held is enough or an attempt was just made; waits for an attempt that is under way.
    async fn refresh(&self, enough: impl Fn(&Held) -> bool, now: Timestamp) {
        let flight = Arc::clone(&self.shared.flight).lock_owned().await;
        let held = self.shared.held();
        if enough(&held) || !held.may_try(now) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        // A task of its own: a request that goes away must not take the answer for all others with it.
        let fetching = tokio::spawn(async move {
            shared.fetch().await;
            drop(flight);
        });
        if fetching.await.is_err() {
            tracing::error!("fetching keys panicked");
        }
    }
}

impl Shared {
    fn held(&self) -> Held {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fetch(&self) {
        let outcome = self.source.fetch_keys().await;
        let now = self.clock.now();
        let mut held = self.held();
        let failed = match outcome.and_then(|published| self.set(published, held.set.as_ref(), now)) {
            Ok(set) => {
                held.set = Some(set);
                false
            }
            Err(error) => {
                tracing::warn!(%error, "the keys of the authentication server were not renewed");
                true
            }
        };
        held.tried = Some(Tried { at: now, failed });
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
    }

    fn set(&self, published: PublishedSet, former: Option<&Set>, now: Timestamp) -> Result<Set, CacheError> {
        let same = former.filter(|former| *former.body == *published.body);
        let tokens = match same {
            Some(former) => Arc::clone(&former.tokens),
            None => Arc::new(self.read(&published.body)?),
        };
        Ok(Set {
            tokens,
            body: published.body.into(),
            fetched_at: now,
            fresh_for: published
                .max_age
                .unwrap_or(USUAL)
                .clamp(RemoteKeys::PAUSE, LONGEST_FRESH),
        })
    }

    fn read(&self, body: &[u8]) -> Result<AccessTokens, CacheError> {
        let unusable = CacheError("the authentication server published no usable key");
        let Ok(keys) = jwk_set::read(body) else {
            return Err(unusable);
        };
        self.rules.tokens(keys).map_err(|_| unusable)
    }
}

impl Held {
    fn fresh(&self, now: Timestamp) -> Option<Arc<AccessTokens>> {
        self.set
            .as_ref()
            .filter(|set| now.since(set.fetched_at) < set.fresh_for)
            .map(|set| Arc::clone(&set.tokens))
    }

    fn usable(&self, now: Timestamp) -> Option<Arc<AccessTokens>> {
        self.set
            .as_ref()
            .filter(|set| now.since(set.fetched_at) < RemoteKeys::LONGEST)
            .map(|set| Arc::clone(&set.tokens))
    }

    /// A clock that went back must not keep anybody from trying.
    fn may_try(&self, now: Timestamp) -> bool {
        self.tried
            .is_none_or(|tried| now < tried.at || now.since(tried.at) >= RemoteKeys::PAUSE)
    }
}
