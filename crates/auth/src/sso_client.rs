//! The handle of an application whose people log in at a server that runs elsewhere.

use std::fmt;
use std::sync::Arc;

use horizon_auth_adapters::cache::memory::MemoryLimiter;
use horizon_auth_adapters::sso::{HttpIntrospector, HttpKeys, ServerUrlError};
use horizon_auth_adapters::system::{SystemClock, SystemEntropy};
use horizon_auth_core::crypto::keyring::{KeyError, VerifyingKey};
use horizon_auth_core::domain::limits::{Counted, Rule};
use horizon_auth_core::error::Error;
use horizon_auth_core::flows::CountHitCommand;
use horizon_auth_core::ports::cache::Limiter as _;
use horizon_auth_core::ports::clock::Clock;
use horizon_auth_core::ports::remote::{DeniedTokens, Introspector};
use horizon_auth_core::verifier::{
    FixedKeys, Keys, RememberingIntrospector, RemoteKeys, Revocation, TokenRules, Verifier, VerifierParts,
};
#[cfg(feature = "http")]
use horizon_auth_http::{Gate, layers};
use zeroize::Zeroizing;

use crate::config::{Config, SsoClientConfig, SsoRevocation};

/// An application cannot verify tokens with this configuration. Each names the setting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SsoClientError {
    /// It is the configuration of something else.
    #[error("mode is not \"sso_client\"")]
    Mode,
    /// A configured key cannot be used.
    #[error("jwt.public_key: {0}")]
    Key(#[from] KeyError),
    /// The address of the keys cannot be used.
    #[error("sso.jwks_url {0}")]
    Keys(ServerUrlError),
    /// The address of the server cannot be used.
    #[error("sso.auth_url {0}")]
    Server(ServerUrlError),
    /// The Redis of the server cannot be used as configured. Holds no password.
    #[error("redis: {0}")]
    Redis(String),
}

/// Single sign-on in an application: verifies what the authentication server issued, and writes nothing.
///
/// It needs neither a database nor a signing key. [`CurrentUser`](crate::CurrentUser), [`protect`](crate::protect) and
/// the layers of roles work with its [`Gate`] as they do with the engine's. Cheap to clone.
///
/// ```
/// # #[cfg(feature = "http")]
/// # fn start() -> Result<(), Box<dyn std::error::Error>> {
/// use horizon_auth::config::Config;
/// use horizon_auth::{CurrentUser, SsoClient};
///
/// async fn hello(user: CurrentUser) -> String {
///     format!("Hello, {}", user.email)
/// }
///
/// let config = Config::from_toml(
///     r#"
///     mode = "sso_client"
///     [sso]
///     auth_url = "https://auth.example.com"
///     revocation = "introspection"
///     client_id = "shop"
///     client_secret = "what the server has in sso.clients"
///     "#,
/// )?;
/// let sso = SsoClient::open(&config)?;
/// let app: axum::Router = axum::Router::new()
///     .route("/hello", axum::routing::get(hello))
///     .with_state(sso);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SsoClient {
    verifier: Verifier,
    limiter: Arc<MemoryLimiter>,
    #[cfg(feature = "http")]
    gate: Gate,
}

impl SsoClient {
    /// Joins what the configuration names. Asks nobody yet: the keys are fetched when the first token comes, or
    /// with [`SsoClient::fetch_keys`].
    ///
    /// # Errors
    /// [`SsoClientError`].
    pub fn open(config: &Config) -> Result<Self, SsoClientError> {
        Self::open_with_clock(config, Arc::new(SystemClock))
    }

    /// The same with a time of day of one's own, for tests.
    ///
    /// # Errors
    /// [`SsoClientError`].
    pub fn open_with_clock(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, SsoClientError> {
        let Some(client) = &config.sso_client else {
            return Err(SsoClientError::Mode);
        };
        let policy = &config.policy;
        let rules = TokenRules {
            issuer: policy.issuer.clone(),
            audience: policy.audience.clone(),
            leeway: policy.leeway,
        };
        let verifier = Verifier::new(VerifierParts {
            keys: keys(config, client, &rules, &clock)?,
            revocation: revocation(config, client, &clock)?,
            rules,
            tenant: policy.default_tenant.clone(),
            admin: policy.roles.admin.clone(),
            clock,
            entropy: Arc::new(SystemEntropy),
        });
        Ok(Self {
            #[cfg(feature = "http")]
            gate: Gate::remote(verifier.clone(), config.http.clone()),
            verifier,
            limiter: Arc::default(),
        })
    }

    /// What verifies, for those who have no HTTP.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Counts a hit of a rule of the application. In the memory of this process, and not with others: an application
    /// that verifies only has no store of its own.
    ///
    /// # Errors
    /// `rate_limited` if there were too many.
    pub async fn count_hit(&self, cmd: CountHitCommand<'_>) -> Result<(), Error> {
        let counted = Counted::Application(cmd.rule, cmd.key);
        let now = self.verifier.now();
        match self
            .limiter
            .hit(Rule::Application, counted, cmd.rate, now)
            .await?
        {
            None => Ok(()),
            Some(retry_after) => Err(Error::RateLimited { retry_after }),
        }
    }

    /// Fetches the keys now, so that the first request need not wait. An application may start while the server is
    /// away.
    ///
    /// # Errors
    /// `unavailable` if the server does not give them.
    pub async fn fetch_keys(&self) -> Result<(), Error> {
        self.verifier.fetch_keys().await
    }
}

#[cfg(feature = "http")]
impl SsoClient {
    /// What extractors and layers need of an application's state.
    #[must_use]
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Closes every route of `router` to callers without valid credentials ([`protect`](crate::protect)).
    #[must_use]
    pub fn protect<S: Clone + Send + Sync + 'static>(&self, router: axum::Router<S>) -> crate::Protected<S> {
        layers::protect(&self.gate, router)
    }

    /// A layer that refuses callers without this role ([`Gate::require_role`]).
    pub fn require_role(&self, name: &str) -> crate::RequireRole {
        self.gate.require_role(name)
    }
}

#[cfg(feature = "http")]
impl axum::extract::FromRef<SsoClient> for Gate {
    fn from_ref(sso: &SsoClient) -> Self {
        sso.gate()
    }
}

impl fmt::Debug for SsoClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SsoClient")
    }
}

fn keys(
    config: &Config,
    client: &SsoClientConfig,
    rules: &TokenRules,
    clock: &Arc<dyn Clock>,
) -> Result<Keys, SsoClientError> {
    if let Some(url) = &client.jwks_url {
        let source = HttpKeys::new(url, client.timeout).map_err(SsoClientError::Keys)?;
        let keys = RemoteKeys::new(Arc::new(source), rules.clone(), Arc::clone(clock));
        return Ok(Keys::Remote(keys));
    }
    let texts = config
        .keys
        .public_key
        .iter()
        .chain(&config.keys.extra_public_keys);
    let keys = texts
        .map(|text| VerifyingKey::from_pem(text))
        .collect::<Result<_, _>>()?;
    Ok(Keys::Fixed(FixedKeys::new(keys, rules)?))
}

fn revocation(
    config: &Config,
    client: &SsoClientConfig,
    clock: &Arc<dyn Clock>,
) -> Result<Revocation, SsoClientError> {
    match &client.revocation {
        SsoRevocation::Redis => denied_tokens(config).map(Revocation::List),
        SsoRevocation::Introspection {
            url,
            client_id,
            client_secret,
            cache,
        } => {
            let secret = Zeroizing::new(client_secret.reveal().to_owned());
            let asked = HttpIntrospector::new(url, client_id.clone(), secret, client.timeout)
                .map_err(SsoClientError::Server)?;
            let asked: Arc<dyn Introspector> = Arc::new(asked);
            Ok(Revocation::Introspection(if cache.is_zero() {
                asked
            } else {
                Arc::new(RememberingIntrospector::new(asked, *cache, Arc::clone(clock)))
            }))
        }
        SsoRevocation::SignatureOnly => {
            let seconds = config.policy.access_ttl.as_secs();
            tracing::warn!(
                seconds,
                "sso.revocation is \"signature_only\": a log-out goes unnoticed here until the token expires"
            );
            Ok(Revocation::SignatureOnly)
        }
    }
}

#[cfg(feature = "redis")]
fn denied_tokens(config: &Config) -> Result<Arc<dyn DeniedTokens>, SsoClientError> {
    use horizon_auth_adapters::cache::redis::{Link, ReadOnlyDenylist};

    let unusable = |error: &dyn fmt::Display| SsoClientError::Redis(error.to_string());
    let config = crate::caches::link_config(config).map_err(|error| unusable(&error))?;
    let link = Link::new(config, &SystemEntropy).map_err(|error| unusable(&error))?;
    Ok(Arc::new(ReadOnlyDenylist::new(Arc::new(link))))
}

#[cfg(not(feature = "redis"))]
fn denied_tokens(_: &Config) -> Result<Arc<dyn DeniedTokens>, SsoClientError> {
    Err(SsoClientError::Redis(
        "this program was built without the feature `redis`".to_owned(),
    ))
}
