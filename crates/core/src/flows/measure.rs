//! How the engine is, in numbers.

use std::time::Duration;

use tokio::time::timeout;

use crate::auth::Auth;
use crate::crypto::password_hasher::{HasherStats, HasherTimes};
use crate::domain::key_state::{KeyState, KeyTimes};
use crate::domain::mail::Backlog;
use crate::domain::measure::{Calls, Connections};
use crate::domain::time::Timestamp;
use crate::flows::Health;
use crate::ports::cache::{CacheServer, Lease};

/// What is not found in this time is left out.
const PATIENCE: Duration = Duration::from_secs(1);
/// The same for the count of sessions, of which there may be many.
const PATIENCE_WITH_SESSIONS: Duration = Duration::from_secs(5);
/// How long a look into the outbox is good enough.
const BACKLOG: Duration = Duration::from_secs(15);
/// How long a count of sessions is good enough: it reads all of them.
const SESSIONS: Duration = Duration::from_secs(60);

/// The state of the engine now, beside what it has counted ([`Auth::counts`]).
#[derive(Clone, Debug)]
pub struct Measurements {
    /// When it was read, by the engine's clock.
    pub at: Timestamp,
    /// Whether the parts answer.
    pub health: Health,
    /// How busy the password hasher is.
    pub hasher: HasherStats,
    /// How long it took so far.
    pub hashing: HasherTimes,
    /// Calls to the database.
    pub database: Vec<Calls>,
    /// Connections to the database.
    pub connections: Vec<Connections>,
    /// Calls to the server that nodes share; none without one.
    pub cache: Vec<Calls>,
    /// This node's permission to decide from memory; none if it needs none.
    pub lease: Option<Lease>,
    /// The key that signs; none if this node cannot sign.
    pub signing_key: Option<SigningKeyState>,
    /// Mails that wait; none if that cannot be known now.
    pub backlog: Option<Backlog>,
    /// Sessions that are open; none if that cannot be known now.
    pub open_sessions: Option<i64>,
    /// Events that listeners have missed.
    pub missed_events: u64,
}

/// Where the key that signs stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningKeyState {
    /// Since when it signs; since when it is known if it was configured and not rotated in. None if the
    /// database has not told yet.
    pub since: Option<Timestamp>,
    /// When another key takes its place or is made for it; none if that happens only when it is asked for.
    pub due_at: Option<Timestamp>,
}

impl Auth {
    /// Measures. Asks the database and the server that nodes share for a sign of life, for at most a second;
    /// what has to be counted in the database is counted now and then.
    pub async fn measure(&self) -> Measurements {
        let now = self.now();
        // Before the looks below take some.
        let connections = self.store().connections();
        let (health, backlog, open_sessions, signing_key) = tokio::join!(
            self.health(),
            self.mail_backlog(now),
            self.open_sessions(now),
            self.signing_key_state(),
        );
        Measurements {
            at: now,
            health,
            hasher: self.hasher().stats(),
            hashing: self.hasher().times(),
            database: self.store().calls(),
            connections,
            cache: self.cache().map(CacheServer::calls).unwrap_or_default(),
            lease: self.denylist().lease(),
            signing_key,
            backlog,
            open_sessions,
            missed_events: self.events().missed(),
        }
    }

    async fn mail_backlog(&self, now: Timestamp) -> Option<Backlog> {
        let look = async { self.store().db().await.ok()?.find_mail_backlog(now).await.ok() };
        self.surveys().backlog.find(BACKLOG, PATIENCE, now, look).await
    }

    async fn open_sessions(&self, now: Timestamp) -> Option<i64> {
        let look = async { self.store().db().await.ok()?.count_open_sessions(now).await.ok() };
        self.surveys()
            .sessions
            .find(SESSIONS, PATIENCE_WITH_SESSIONS, now, look)
            .await
    }

    async fn signing_key_state(&self) -> Option<SigningKeyState> {
        let kid = self.tokens().ring().signing().map(|key| key.kid().to_owned())?;
        let unknown = SigningKeyState {
            since: None,
            due_at: None,
        };
        // Whoever reads the keys holds them for as long as the database takes.
        let Ok(known) = timeout(PATIENCE, self.keys().turn()).await else {
            return Some(unknown);
        };
        let Some(key) = known.stored.iter().find(|key| key.kid == kid) else {
            return Some(unknown);
        };
        let since = if key.state == KeyState::Active {
            key.changed_at
        } else {
            key.first_seen_at
        };
        let times = KeyTimes::of(self.policy());
        let next = known.stored.iter().find(|key| key.state == KeyState::Next);
        Some(SigningKeyState {
            since: Some(since),
            due_at: next.unwrap_or(key).due_at(&times),
        })
    }
}
