//! From a configuration to a running engine.

use std::fmt;
use std::sync::Arc;

use horizon_auth_adapters::mail::MuteMailer;
use horizon_auth_adapters::sql::{ClaimError, NodeClaim, Nodes, SqlConfig, SqlStore, UrlError};
use horizon_auth_adapters::system::{SystemClock, SystemEntropy};
use horizon_auth_core::auth::{Auth, Parts};
use horizon_auth_core::crypto::CryptoError;
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::crypto::password_hasher::PasswordHasher;
use horizon_auth_core::domain::key::PublishedKey;
use horizon_auth_core::domain::key_state::{KeyTimes, StoredKey};
use horizon_auth_core::domain::policy::BreachCheck;
use horizon_auth_core::ports::breaches::Breaches;
use horizon_auth_core::ports::clock::Clock;
use horizon_auth_core::ports::entropy::Entropy;
use horizon_auth_core::ports::mailer::Mailer;
use horizon_auth_core::ports::store::{Store, StoreError};

use crate::brought::Brought;
use crate::caches::{Role, caches};
use crate::config::{Config, Environment, Mode};
use crate::keys::{KeysError, key_ring, refuse_examples};
use crate::mail::{MailSetupError, mailer, templates};

/// The engine cannot be made from this configuration.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A key is missing or unusable.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The configuration is the one of an application that has no engine.
    #[error("mode is \"sso_client\": such an application opens an `SsoClient`, no engine")]
    Mode,
    /// The database URL is unusable.
    #[error("database.url: {0}")]
    Url(#[from] UrlError),
    /// Hashing cannot work as configured.
    #[error("hashing: {0}")]
    Hashing(#[from] CryptoError),
    /// Breached passwords cannot be looked up as configured.
    #[error("password.breach_check: {0}")]
    Breaches(String),
    /// The Redis that nodes share cannot be used as configured. Holds no password.
    #[error("redis: {0}")]
    Redis(String),
    /// Mails cannot be sent as configured.
    #[error(transparent)]
    Mail(#[from] MailSetupError),
}

/// An [`Auth`] with the database it owns.
#[derive(Clone)]
pub struct Engine {
    auth: Auth,
    store: SqlStore,
    nodes: Nodes,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// Joins the adapters that the configuration names. Connects to nothing
    /// yet: bring the schema up to date with [`Engine::migrate`] and call
    /// [`Auth::prepare`] before the first request. With Redis it must be called within a Tokio
    /// runtime, and a [`Worker`](crate::Worker) must run.
    ///
    /// # Errors
    /// [`OpenError`]; each names the setting.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        Self::join(config, Brought::default())
    }

    /// The same with a way out for mails of one's own; `mail.transport` and what belongs to it is not looked at.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_with_mailer(config: &Config, mailer: Arc<dyn Mailer>) -> Result<Self, OpenError> {
        let brought = Brought {
            mailer: Some(mailer),
            ..Brought::default()
        };
        Self::join(config, brought)
    }

    /// The same for a program that works beside the server, such as the command line
    /// ([`Auth::beside_server`]): it needs no claim, and must not call [`Auth::prepare`].
    /// The mails that it queues are sent by the server.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_beside_server(config: &Config) -> Result<Self, OpenError> {
        let brought = Brought {
            mailer: Some(Arc::new(MuteMailer)),
            ..Brought::default()
        };
        Self::assemble(config, brought, Role::Outsider)
    }

    /// The same with whatever the application brings itself.
    pub(crate) fn join(config: &Config, brought: Brought) -> Result<Self, OpenError> {
        Self::assemble(config, brought, Role::Node)
    }

    fn assemble(config: &Config, brought: Brought, role: Role) -> Result<Self, OpenError> {
        if config.mode == Mode::SsoClient {
            return Err(OpenError::Mode);
        }
        let ring = key_ring(&config.keys)?;
        if config.environment == Environment::Production {
            refuse_examples(&ring)?;
        }
        let database = &config.database;
        let store = match brought.pool {
            Some(pool) => SqlStore::on_pool(pool, database.max_connections)?,
            None => SqlStore::new(&SqlConfig {
                url: database.url.reveal().to_owned(),
                max_connections: database.max_connections,
            })?,
        };
        let mailer = match brought.mailer {
            Some(mailer) => mailer,
            None => mailer(config)?,
        };
        let clock: Arc<dyn Clock> = brought.clock.unwrap_or_else(|| Arc::new(SystemClock));
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let policy = config.policy.clone();
        let caches = caches(config, role, &clock)?;
        let parts = Parts {
            store: Arc::new(store.clone()),
            denylist: caches.denylist,
            limiter: caches.limiter,
            cache: caches.server,
            clock,
            mailer,
            templates: Arc::new(templates(config)?),
            breaches: breaches(config)?,
            hasher: PasswordHasher::with_peppers(
                config.hashing,
                config.peppers.clone(),
                Arc::clone(&entropy),
            )?,
            entropy,
            tokens: AccessTokens::new(
                ring,
                policy.issuer.clone(),
                policy.audience.clone(),
                policy.leeway,
            )
            .with_sealing_keys(config.keys.sealing_keys.clone()),
            policy,
        };
        let auth = match role {
            Role::Node => Auth::from_parts(parts),
            Role::Outsider => Auth::beside_server(parts),
        };
        let nodes = match config.redis {
            Some(_) => Nodes::Many,
            None => Nodes::One,
        };
        Ok(Self { auth, store, nodes })
    }

    /// The engine's handle.
    #[must_use]
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    pub(crate) fn store(&self) -> &SqlStore {
        &self.store
    }

    /// Claims the database for this process, for as long as the result is kept; poll
    /// [`NodeClaim::keep`] so that it outlives a restart of PostgreSQL.
    ///
    /// Without Redis, revocations are decided from this process's memory, so two processes on
    /// one database would each accept what the other has revoked. With Redis any number may
    /// claim it, as long as all of them have it.
    ///
    /// # Errors
    /// [`ClaimError::Taken`] or [`ClaimError::TakenByOne`] if another process holds a claim beside
    /// which this one may not serve.
    pub async fn claim(&self) -> Result<NodeClaim, ClaimError> {
        self.store.claim(self.nodes).await
    }

    /// Claims the database for a program that must be alone with it, whether or not there is Redis.
    ///
    /// # Errors
    /// [`ClaimError::Taken`] if any server runs on it.
    pub async fn claim_alone(&self) -> Result<NodeClaim, ClaimError> {
        self.store.claim(Nodes::One).await
    }

    /// Whether some process holds the claim: whether a server runs on this database.
    ///
    /// # Errors
    /// [`ClaimError::Unreachable`] or [`ClaimError::LockFile`]: it cannot be told.
    pub async fn is_claimed(&self) -> Result<bool, ClaimError> {
        match self.store.try_claim(Nodes::One).await {
            Ok(claim) => {
                claim.release().await;
                Ok(false)
            }
            // A guard, because without an engine there are no other errors.
            Err(error) if !matches!(error, ClaimError::Taken | ClaimError::TakenByOne) => Err(error),
            Err(_) => Ok(true),
        }
    }

    /// The public keys that nodes of this database have published, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn published_keys(&self) -> Result<Vec<PublishedKey>, StoreError> {
        self.store.db().await?.list_published_keys().await
    }

    /// All signing keys of this database with their states, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn signing_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.store.db().await?.list_signing_keys().await
    }

    /// How long keys wait under this configuration.
    #[must_use]
    pub fn key_times(&self) -> KeyTimes {
        KeyTimes::of(self.auth.policy())
    }

    /// Closes the database after running statements have ended.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

/// The list of breached passwords, if it is to be asked.
fn breaches(config: &Config) -> Result<Option<Arc<dyn Breaches>>, OpenError> {
    match config.policy.breach_check {
        BreachCheck::Off => Ok(None),
        BreachCheck::FailOpen | BreachCheck::FailClosed => open_breaches(&config.breach_url).map(Some),
    }
}

#[cfg(feature = "breaches")]
fn open_breaches(url: &str) -> Result<Arc<dyn Breaches>, OpenError> {
    let list = horizon_auth_adapters::breaches::HttpBreaches::new(url)
        .map_err(|error| OpenError::Breaches(error.to_string()))?;
    Ok(Arc::new(list))
}

#[cfg(not(feature = "breaches"))]
fn open_breaches(_: &str) -> Result<Arc<dyn Breaches>, OpenError> {
    Err(OpenError::Breaches(
        "this program was built without the feature `breaches`".to_owned(),
    ))
}
