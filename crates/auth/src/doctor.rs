//! What a set-up is like, for a program that says what is wrong with it, such as `horizon-auth doctor`.
//!
//! Everything here looks and changes nothing. What was found is judged elsewhere. Errors are texts for people;
//! they may name servers and users, and hold no password, key or pepper.

use std::error::Error;
use std::time::{Duration, Instant};

#[cfg(feature = "redis")]
pub use horizon_auth_adapters::cache::redis::{ClusterFacts, RedisFacts, RedisServerFacts};
pub use horizon_auth_adapters::facts::{ClockFacts, PostgresFacts, ServerFacts, SqliteFacts, TableFacts};
use horizon_auth_adapters::sql::{MigrationStatus, SqlConfig, SqlStore};
use horizon_auth_adapters::system::{SystemClock, SystemEntropy};
use horizon_auth_core::crypto::password_hasher::PasswordHasher;
use horizon_auth_core::crypto::pepper_of;
use horizon_auth_core::domain::key_state::StoredKey;
use horizon_auth_core::domain::mail::{HeaderText, MailKind, OutgoingMail, RenderedMail};
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::policy::{Argon2Cost, Policy};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::clock::Clock as _;
use horizon_auth_core::ports::entropy::Entropy as _;
use horizon_auth_core::ports::store::Store as _;

use crate::config::Config;
use crate::operator::Email;

/// By how much clocks may differ before something that was ended lives on somewhere.
pub const CLOCK_SKEW: Duration = Policy::CLOCK_SKEW;

/// A database and what is in it.
#[derive(Clone, Debug)]
pub struct DatabaseReport {
    /// The engine.
    pub server: ServerFacts,
    /// How far the schema is.
    pub schema: Result<MigrationStatus, String>,
    /// What is in the tables, if the schema is current.
    pub contents: Option<Result<Contents, String>>,
}

/// What is in the tables.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Counted.
    pub tables: TableFacts,
    /// Password hashes that nobody can verify as configured.
    pub lost_hashes: Vec<LostHashes>,
    /// Signing keys.
    pub keys: Vec<StoredKey>,
    /// Ids of those whose private half does not open.
    pub unopened_keys: Vec<String>,
}

/// Password hashes that cannot be verified: their owners cannot log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostHashes {
    /// How many.
    pub count: i64,
    /// Why.
    pub reason: &'static str,
    /// The version of their pepper, if they have one.
    pub pepper: Option<u16>,
}

/// Looks at the database that is configured. Makes no file.
///
/// # Errors
/// It cannot be reached.
pub async fn database(config: &Config) -> Result<DatabaseReport, String> {
    let store = SqlStore::new(&SqlConfig {
        url: config.database.url.reveal().to_owned(),
        max_connections: config.database.max_connections,
    });
    let store = store.map_err(|error| text(&error))?;
    let report = look(config, &store).await;
    store.close().await;
    report
}

async fn look(config: &Config, store: &SqlStore) -> Result<DatabaseReport, String> {
    let server = store
        .server_facts(&SystemClock)
        .await
        .map_err(|error| causes(&error))?;
    let schema = store.migration_status().await.map_err(|error| text(&error));
    let contents = match &schema {
        Ok(status) if status.is_current() => Some(contents(config, store).await),
        Ok(_) | Err(_) => None,
    };
    Ok(DatabaseReport {
        server,
        schema,
        contents,
    })
}

async fn contents(config: &Config, store: &SqlStore) -> Result<Contents, String> {
    let tables = store
        .table_facts(SystemClock.now())
        .await
        .map_err(|error| causes(&error))?;
    let mut db = store.db().await.map_err(|error| causes(&error))?;
    let keys = db.list_signing_keys().await.map_err(|error| causes(&error))?;
    let opens = |key: &&StoredKey| {
        let sealed = key.sealed.as_ref().filter(|_| key.state.is_managed());
        sealed.is_some_and(|sealed| {
            config
                .keys
                .sealing_keys
                .open(sealed, &key.kid, key.algorithm)
                .is_none()
        })
    };
    Ok(Contents {
        lost_hashes: lost_hashes(config, &tables)?,
        unopened_keys: keys.iter().filter(opens).map(|key| key.kid.clone()).collect(),
        tables,
        keys,
    })
}

fn lost_hashes(config: &Config, tables: &TableFacts) -> Result<Vec<LostHashes>, String> {
    let hasher = hasher(config)?;
    let lost = tables.hashes.iter().filter_map(|group| {
        hasher.can_verify(&group.sample).err().map(|reason| LostHashes {
            count: group.count,
            reason,
            pepper: pepper_of(&group.sample),
        })
    });
    Ok(lost.collect())
}

fn hasher(config: &Config) -> Result<PasswordHasher, String> {
    let entropy = std::sync::Arc::new(SystemEntropy);
    PasswordHasher::with_peppers(config.hashing, config.peppers.clone(), entropy)
        .map_err(|error| text(&error))
}

/// Looks at the Redis that is configured; `None` if there is none.
///
/// # Errors
/// It cannot be reached.
#[cfg(feature = "redis")]
pub async fn redis(config: &Config) -> Result<Option<RedisFacts>, String> {
    if config.redis.is_none() {
        return Ok(None);
    }
    let link = crate::caches::link_config(config).map_err(|error| text(&error))?;
    let link =
        horizon_auth_adapters::cache::redis::Link::new(link, &SystemEntropy).map_err(|error| text(&error))?;
    link.facts(&SystemClock)
        .await
        .map(Some)
        .map_err(|error| text(&error))
}

/// Logs in to the mail server that is configured, as for a mail, and sends nothing.
///
/// # Errors
/// What failed: settings, connecting, TLS or the log-in.
#[cfg(feature = "smtp")]
pub async fn try_smtp(config: &Config) -> Result<(), String> {
    let mailer = crate::mail::open_smtp(config).map_err(|error| text(&error))?;
    mailer.try_log_in().await.map_err(|error| text(&error))
}

/// Sends a mail of a few words by the way that is configured.
///
/// # Errors
/// What failed.
pub async fn send_test_mail(config: &Config, to: Email) -> Result<(), String> {
    let mailer = crate::mail::mailer(config).map_err(|error| text(&error))?;
    let mut random = [0; 10];
    SystemEntropy
        .fill(&mut random)
        .map_err(|_| "the operating system gave no random bytes".to_owned())?;
    let id = horizon_auth_core::domain::ids::MailId::mint(SystemClock.now(), random);
    let policy = &config.policy.mail;
    let domain = crate::config::host_of(&config.public_url);
    let subject = HeaderText::parse(&format!("Test mail of {}", policy.product));
    let words = "This is the test mail of `horizon-auth doctor`. Nothing needs to be done.";
    let mail = OutgoingMail {
        id,
        message_id: format!("{id}@{domain}"),
        kind: MailKind::VerifyEmail, // only mailers with words of their own look at it, and there is none here
        tenant: config.policy.default_tenant.clone(),
        user: None,
        to,
        locale: policy.locale.clone(),
        words: RenderedMail {
            subject: subject.map_err(|violation| violation.to_string())?,
            text: format!("{words}\n"),
            html: format!("<p>{words}</p>\n"),
        },
        link: None,
        token: None,
    };
    mailer.send(&mail).await.map_err(|error| text(&error))
}

/// How fast this machine hashes passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashTrial {
    /// The cost that was tried.
    pub cost: Argon2Cost,
    /// How many ran side by side.
    pub parallel: usize,
    /// Time of one alone.
    pub alone: Duration,
    /// Time that 19 of 20 stay below when as many run as may.
    pub p95: Duration,
    /// How many were done within how long, side by side.
    pub done: u32,
    /// Within this time.
    pub within: Duration,
}

/// Fewest hashes that run side by side, one after the other, in each place.
const ROUNDS: usize = 3;
/// How long they go on.
const LONG_ENOUGH: Duration = Duration::from_millis(1500);

/// Hashes for a while as the service would, through a pool with the same limits.
///
/// # Errors
/// Hashing does not work as configured.
pub async fn hashing(config: &Config) -> Result<HashTrial, String> {
    let hasher = hasher(config)?;
    let password =
        Password::new("correct horse battery staple").map_err(|violation| violation.to_string())?;
    time_hash(&hasher, &password).await?; // brings thread and memory
    let alone = time_hash(&hasher, &password)
        .await?
        .min(time_hash(&hasher, &password).await?);
    let parallel = hasher.stats().parallel;
    let started = Instant::now();
    let mut places = tokio::task::JoinSet::new();
    for _ in 0..parallel {
        let (hasher, password) = (hasher.clone(), password.clone());
        places.spawn(async move {
            let mut times = Vec::new();
            while times.len() < ROUNDS || started.elapsed() < LONG_ENOUGH {
                times.push(time_hash(&hasher, &password).await?);
            }
            Ok::<_, String>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(place) = places.join_next().await {
        times.extend(place.map_err(|error| text(&error))??);
    }
    let within = started.elapsed();
    times.sort_unstable();
    let p95 = times.get(times.len() * 95 / 100).or(times.last());
    Ok(HashTrial {
        cost: config.hashing.cost,
        parallel,
        alone,
        p95: p95.copied().unwrap_or(alone),
        done: u32::try_from(times.len()).unwrap_or(u32::MAX),
        within,
    })
}

async fn time_hash(hasher: &PasswordHasher, password: &Password) -> Result<Duration, String> {
    let started = Instant::now();
    hasher.hash(password).await.map_err(|error| text(&error))?;
    Ok(started.elapsed())
}

/// The time of day, here.
#[must_use]
pub fn now() -> Timestamp {
    SystemClock.now()
}

/// An error with its causes, without repeating what it says already.
fn text(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_words = inner.to_string();
        if !words.contains(&inner_words) {
            words = format!("{words}: {inner_words}");
        }
        cause = inner.source();
    }
    words
}

/// The causes alone, where the error itself says nothing that helps.
fn causes(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), text)
}
