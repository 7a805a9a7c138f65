//! From a few settings, or a whole configuration, to a running [`Auth`].

use std::fmt;
use std::sync::Arc;

use horizon_auth_adapters::sql::{ClaimError, Pool};
use horizon_auth_core::error::Error;
use horizon_auth_core::ports::clock::Clock;
use horizon_auth_core::ports::mailer::Mailer;
#[cfg(feature = "http")]
use horizon_auth_http::config::TenantSource;
#[cfg(feature = "http")]
use horizon_auth_http::{Http, TenantExtractor};

use crate::brought::Brought;
use crate::config::{Config, ConfigErrors, SettingValue};
use crate::development::{self, Quick};
use crate::development_key::DevelopmentKeyError;
use crate::engine::{Engine, OpenError};
use crate::handle::Auth;
use crate::schema::SchemaError;
use crate::worker::Worker;

/// The engine cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Settings are wrong or missing; all of them are listed.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// Two calls of the builder contradict each other, or a needed one is missing.
    #[error("{0}")]
    Builder(&'static str),
    /// A setting was given twice, or stands where a section does.
    #[error("the setting `{0}` is given twice, or is no single setting; give each one once")]
    Setting(String),
    /// The signing key of development cannot be made.
    #[error("the signing key of development")]
    DevelopmentKey(#[from] DevelopmentKeyError),
    /// A part cannot be made as configured.
    #[error("the engine cannot start: {0}")]
    Open(#[from] OpenError),
    /// Another process serves from this database, or it cannot be reached.
    #[error("the database: {0}")]
    Claim(#[from] ClaimError),
    /// The schema does not fit.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The database does not answer as it should.
    #[error("the engine cannot start: {0}")]
    Prepare(#[source] Error),
}

/// Settings of an [`Auth`], and what the application brings itself.
///
/// Either a whole [`Builder::config`], or on a developer's machine just [`Builder::database`] or [`Builder::pool`]:
/// then all settings have their defaults for development, a signing key is made and kept beside the database, and
/// mails are written into files.
#[derive(Default)]
#[must_use = "it does nothing until it is started"]
pub struct Builder {
    config: Option<Config>,
    quick: Quick,
    brought: Brought,
    #[cfg(feature = "http")]
    tenant: Option<TenantExtractor>,
}

impl Builder {
    /// A checked configuration, for production and for everything that has no method here.
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// The database by its URL, `sqlite:app.db` or `postgres://…`; not beside [`Builder::config`], which names one.
    pub fn database(mut self, url: &str) -> Self {
        self.quick.database = Some(crate::config::SecretText::new(url.to_owned()));
        self
    }

    /// The origin under which browsers reach the application, such as `http://localhost:3000`; links in mails begin
    /// with it. One that is not on this machine is production, with all that production demands. Not beside
    /// [`Builder::config`].
    pub fn public_url(mut self, origin: &str) -> Self {
        self.quick.public_url = Some(origin.to_owned());
        self
    }

    /// A setting by its dotted path, as in the configuration file: `.set("http.profile", "session")`.
    /// `docs/reference/configuration.md` lists them. Not beside [`Builder::config`].
    pub fn set(mut self, path: &str, value: impl Into<SettingValue>) -> Self {
        self.quick.others.push((path.to_owned(), value.into()));
        self
    }

    /// The application's own pool, a `PgPool` or a `SqlitePool` of sqlx; the engine's tables stand beside the
    /// application's own. Whatever a configuration says about the database is not looked at.
    ///
    /// From a `PgPool` the engine takes connections with the time limits that the pool has. The file of a
    /// `SqlitePool` it opens with connections of its own, in write-ahead mode: one of them writes. SQLite lets one
    /// connection write at a time, so keep your own writing transactions short, and on either database never
    /// call the engine while you have a transaction open: it could wait for you while you wait for it.
    pub fn pool(mut self, pool: impl Into<Pool>) -> Self {
        self.brought.pool = Some(pool.into());
        self
    }

    /// The way out for mails; `mail.transport` of the configuration and what belongs to it is not looked at.
    pub fn mailer(mut self, mailer: Arc<dyn Mailer>) -> Self {
        self.brought.mailer = Some(mailer);
        self
    }

    /// The time of day, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.brought.clock = Some(clock);
        self
    }

    /// How a request names its tenant, where neither a header nor a subdomain tells; not beside a `tenant.source`
    /// that is not `fixed`. A request that names none means the default tenant, one that names an unknown one is
    /// refused. It is asked for every request, so it must not wait for anything.
    #[cfg(feature = "http")]
    pub fn tenant(
        mut self,
        extractor: impl Fn(&axum::http::request::Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.tenant = Some(Arc::new(extractor));
        self
    }

    /// Checks everything, claims the database for this process, brings the schema up to date (in development; in
    /// production it only looks), and starts the background work on the current runtime.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then.
    pub async fn start(self) -> Result<Auth, StartError> {
        let config = match self.config {
            Some(config) if self.quick.is_empty() => config,
            Some(_) => {
                return Err(StartError::Builder(
                    "give database, public URL and settings within the configuration, or no configuration",
                ));
            }
            None => development::config(&self.quick, self.brought.pool.as_ref())?,
        };
        #[cfg(feature = "http")]
        if self.tenant.is_some() && config.http.tenant != TenantSource::Fixed {
            return Err(StartError::Builder(
                "give the way in which requests name their tenant within the configuration or to the builder, not both",
            ));
        }
        let engine = Engine::join(&config, self.brought)?;
        #[cfg(feature = "http")]
        let http = match self.tenant {
            Some(tenant) => Http::with_tenant_extractor(engine.auth().clone(), config.http.clone(), tenant),
            None => Http::new(engine.auth().clone(), config.http.clone()),
        };
        let ready = ready(
            &engine,
            &config,
            #[cfg(feature = "http")]
            http,
        );
        match ready.await {
            Ok(auth) => Ok(auth),
            Err(error) => {
                engine.close().await;
                Err(error)
            }
        }
    }
}

async fn ready(
    engine: &Engine,
    config: &Config,
    #[cfg(feature = "http")] http: Http,
) -> Result<Auth, StartError> {
    let claim = engine.claim().await?;
    let prepared = async {
        engine.settle_schema(config.environment).await?;
        engine.auth().prepare().await.map_err(StartError::Prepare)
    };
    if let Err(error) = prepared.await {
        claim.release().await; // so that a second attempt does not find the first one in its way
        return Err(error);
    }
    Ok(Auth::running(
        engine.clone(),
        #[cfg(feature = "http")]
        http,
        Worker::start(engine.auth().clone()),
        claim,
    ))
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Builder")
    }
}
