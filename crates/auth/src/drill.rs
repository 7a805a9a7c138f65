//! A change of keys rehearsed: two nodes, verifiers that cache, and a clock that runs as fast as it can.
//!
//! The database is a temporary one; of the configuration only the times are taken.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use horizon_auth_adapters::mail::MuteMailer;
use horizon_auth_adapters::sql::MigrateError;
use horizon_auth_core::auth::Auth;
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::crypto::keyring::{KeyError, KeyRing, SigningKey};
use horizon_auth_core::crypto::sealing::SealingKeys;
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::key_state::KeyState;
use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::policy::{BreachCheck, Enumeration};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::error::Error;
use horizon_auth_core::flows::{AuthenticateCommand, LoggedIn, RefreshCommand, RegisterCommand, Registered};
use horizon_auth_core::ports::clock::Clock;
use horizon_auth_core::ports::store::StoreError;

use crate::brought::Brought;
use crate::config::{Config, KeySources, SecretText};
use crate::engine::{Engine, OpenError};
use crate::keys::fresh_sealing_key;

/// The drill could not be held.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrillError {
    /// No key can be made.
    #[error("no key could be made")]
    Key(#[from] KeyError),
    /// The engine does not start.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The temporary database cannot be made.
    #[error("the temporary database")]
    Database(#[from] MigrateError),
    /// The temporary database does not answer.
    #[error("the temporary database")]
    Store(#[from] StoreError),
    /// A step failed that should not.
    #[error("{0}")]
    Step(#[from] Error),
    /// It never came to its end.
    #[error("the change of keys never came to its end")]
    Endless,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct DrillReport {
    /// What happened, and how long after the beginning.
    pub events: Vec<(Duration, String)>,
    /// Access tokens that the nodes issued.
    pub issued: u64,
    /// Times that a node or a verifier was asked about a valid token.
    pub checks: u64,
    /// Valid tokens that were refused, with by whom and when.
    pub refusals: Vec<String>,
    /// Tokens signed by a key that was not the active one.
    pub wrong_signatures: u64,
}

impl DrillReport {
    /// Whether nobody would have noticed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.refusals.is_empty() && self.wrong_signatures == 0 && self.issued > 0
    }
}

/// Rehearses the whole life of a change, with the times of the configuration, in a database in `folder`.
///
/// # Errors
/// [`DrillError`] if it could not be held. What went wrong in it is in the report.
pub async fn rehearse(config: &Config, folder: &Path) -> Result<DrillReport, DrillError> {
    let clock = Arc::new(DrillClock(AtomicI64::new(START)));
    let config = rehearsed(config, folder)?;
    let nodes = [node(&config, &clock)?, node(&config, &clock)?];
    nodes[0].migrate().await?;
    for node in &nodes {
        node.auth().prepare().await?;
    }
    let mut drill = Drill {
        person: register(nodes[0].auth()).await?,
        verifiers: (0..VERIFIERS).map(|_| Verifier::default()).collect(),
        live: Vec::new(),
        report: DrillReport::default(),
        nodes,
        clock,
        ttl: config.policy.access_ttl,
        jwks_max_age: config.policy.keys.jwks_max_age,
    };
    let done = drill.run().await;
    for node in &drill.nodes {
        node.close().await;
    }
    done.map(|()| drill.report)
}

struct Drill {
    nodes: [Engine; 2],
    clock: Arc<DrillClock>,
    person: LoggedIn,
    verifiers: Vec<Verifier>,
    /// Tokens with the second in which they expire.
    live: Vec<(String, Timestamp)>,
    report: DrillReport,
    ttl: Duration,
    jwks_max_age: Duration,
}

impl Drill {
    async fn run(&mut self) -> Result<(), DrillError> {
        let times = self.nodes[0].key_times();
        let whole = times.until_signing + times.until_gone;
        // Several tokens live at any time, and a few hundred instants are looked at.
        let step = (whole / 400).min(self.ttl / 4).max(Duration::from_secs(1));
        // One verifier after the other fills its cache, so that they run out at different times.
        let phase = (self.jwks_max_age / 3).max(step);
        let begin = self.clock.now();
        let mut seen = self.states().await?;
        let mut rotated = false;
        for number in 0_u64.. {
            let passed = self.clock.now().since(begin);
            if passed > whole * 2 + phase * 4 {
                return Err(DrillError::Endless);
            }
            if !rotated && passed > phase * 3 {
                let auth = self.nodes[0].auth();
                auth.rotate_key(None, &client(auth)?).await?;
                rotated = true;
            }
            // The second node looks after itself only every other time.
            self.nodes[0].auth().heal().await?;
            if number % 2 == 0 {
                self.nodes[1].auth().heal().await?;
            }
            let states = self.states().await?;
            for (kid, state) in states
                .iter()
                .filter(|(kid, state)| !seen.contains(&(kid.clone(), *state)))
            {
                self.report
                    .events
                    .push((passed, format!("the key {kid} is {state}")));
            }
            seen = states;
            self.issue(number).await?;
            self.check(passed, phase).await;
            if rotated
                && seen.iter().any(|(_, state)| *state == KeyState::Gone)
                && self.live_of_gone(&seen) == 0
            {
                return Ok(());
            }
            self.clock.advance(step);
        }
        Err(DrillError::Endless)
    }

    async fn states(&self) -> Result<Vec<(String, KeyState)>, DrillError> {
        let keys = self.nodes[0].signing_keys().await?;
        Ok(keys.into_iter().map(|key| (key.kid, key.state)).collect())
    }

    /// How many tokens live whose key is gone: there are none if all went well.
    fn live_of_gone(&self, states: &[(String, KeyState)]) -> usize {
        let gone = |kid: &str| {
            states
                .iter()
                .any(|(other, state)| other == kid && *state == KeyState::Gone)
        };
        let now = self.clock.now();
        let live = self.live.iter().filter(|(_, until)| now < *until);
        live.filter(|(token, _)| AccessTokens::key_id(token).is_some_and(|kid| gone(&kid)))
            .count()
    }

    /// A fresh token from one of the nodes in turn.
    async fn issue(&mut self, number: u64) -> Result<(), DrillError> {
        let auth = self.nodes[usize::from(number % 3 == 1)].auth();
        let refreshed = auth
            .refresh(RefreshCommand {
                tenant: self.person.user.tenant.clone(),
                token: self.person.refresh.secret.clone(),
                idempotency_key: None,
                client: client(auth)?,
            })
            .await?;
        self.person = refreshed.logged_in;
        let token = self.person.access_token.clone();
        self.report.issued += 1;
        let active = self.states().await?;
        let active = active.into_iter().find(|(_, state)| *state == KeyState::Active);
        if AccessTokens::key_id(&token) != active.map(|(kid, _)| kid) {
            self.report.wrong_signatures += 1;
        }
        let now = Timestamp::from_millis(self.clock.now().seconds() * 1000);
        self.live.push((token, now + self.ttl));
        Ok(())
    }

    /// Asks everybody about every token that lives.
    async fn check(&mut self, passed: Duration, phase: Duration) {
        let now = self.clock.now();
        self.live.retain(|(_, until)| now < *until);
        for (token, _) in &self.live {
            for (number, node) in self.nodes.iter().enumerate() {
                self.report.checks += 1;
                if let Err(refusal) = accepts(node.auth(), &self.person, token).await {
                    let line = format!("after {} s node {number}: {refusal}", passed.as_secs());
                    self.report.refusals.push(line);
                }
            }
        }
        for (number, verifier) in self.verifiers.iter_mut().enumerate() {
            let begins = phase * u32::try_from(number).unwrap_or(0);
            if passed < begins {
                continue;
            }
            for (token, _) in &self.live {
                self.report.checks += 1;
                // Each verifier reads from another node.
                if !verifier.accepts(token, self.nodes[number % 2].auth(), now) {
                    let line = format!("after {} s verifier {number}", passed.as_secs());
                    self.report.refusals.push(line);
                }
            }
        }
    }
}

/// Somebody else's service: it keeps the key set for as long as it was told, and asks for nothing between.
#[derive(Default)]
struct Verifier {
    kept: Option<(AccessTokens, Timestamp)>,
}

impl Verifier {
    fn accepts(&mut self, token: &str, auth: &Auth, now: Timestamp) -> bool {
        if self.kept.as_ref().is_none_or(|(_, until)| now >= *until) {
            let set = auth.jwks();
            let keys = set.ring().keys().cloned().collect();
            let policy = auth.policy();
            let (issuer, audience) = (policy.issuer.clone(), policy.audience.clone());
            self.kept = KeyRing::new(None, keys).ok().map(|ring| {
                let tokens = AccessTokens::new(ring, issuer, audience, Duration::ZERO);
                (tokens, now + set.max_age)
            });
        }
        let Some((tokens, _)) = &self.kept else {
            return false;
        };
        tokens.verify(token, now).is_ok()
    }
}

async fn accepts(auth: &Auth, person: &LoggedIn, token: &str) -> Result<(), Error> {
    let cmd = AuthenticateCommand {
        token,
        tenant: &person.user.tenant,
        client: &client(auth)?,
    };
    auth.authenticate(cmd).await.map(drop)
}

fn client(auth: &Auth) -> Result<Client, Error> {
    Ok(Client::local(auth.fresh_request_id()?))
}

async fn register(auth: &Auth) -> Result<LoggedIn, DrillError> {
    let broken = |_| Error::Internal("the person of the drill");
    let cmd = RegisterCommand {
        tenant: auth.policy().default_tenant.clone(),
        email: Email::parse("drill@example.com").map_err(broken)?,
        password: Password::new("a long pass phrase of the drill").map_err(broken)?,
        full_name: None,
        locale: None,
        client: client(auth)?,
    };
    match auth.register(cmd).await? {
        Registered::LoggedIn(logged_in) => Ok(*logged_in),
        Registered::VerificationRequired(_) => {
            Err(Error::Internal("the person of the drill was not logged in").into())
        }
    }
}

fn node(config: &Config, clock: &Arc<DrillClock>) -> Result<Engine, OpenError> {
    let brought = Brought {
        mailer: Some(Arc::new(MuteMailer)),
        clock: Some(Arc::clone(clock) as Arc<dyn Clock>),
        ..Brought::default()
    };
    Engine::join(config, brought)
}

/// The configuration with its times, and nothing else of what is real.
fn rehearsed(config: &Config, folder: &Path) -> Result<Config, DrillError> {
    let sealing = fresh_sealing_key().map_err(|_| KeyError::Library)?;
    let signing = SigningKey::generate(Algorithm::Es256)?;
    let path = folder.join("drill.db").display().to_string();
    let path = path.replace('%', "%25").replace('?', "%3F");
    let mut config = config.clone();
    config.database.url = SecretText::new(format!("sqlite:{path}"));
    config.redis = None;
    config.keys = KeySources {
        private_key: Some(SecretText::from(signing.private_pem)),
        sealing_keys: SealingKeys::parse(&sealing).map_err(|_| KeyError::Library)?,
        ..KeySources::default()
    };
    let policy = &mut config.policy;
    policy.limits = Limits::OFF;
    policy.keys.rotation_period = None;
    policy.require_verified_email = false;
    policy.send_verification = false;
    policy.enumeration = Enumeration::Explicit;
    policy.breach_check = BreachCheck::Off;
    // The person refreshes all the time and is never asked for the password again.
    policy.refresh_idle_ttl = FOR_EVER;
    policy.refresh_absolute_ttl = FOR_EVER;
    Ok(config)
}

#[derive(Debug)]
struct DrillClock(AtomicI64);

impl DrillClock {
    fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(0);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for DrillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

const VERIFIERS: usize = 3;
const FOR_EVER: Duration = Duration::from_secs(3650 * 24 * 60 * 60);
/// An instant in 2027.
const START: i64 = 1_800_000_000_000;
