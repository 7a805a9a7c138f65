//! Configuration from a TOML file and the environment.
//!
//! One table, [`SETTINGS`], says what there is; [`Config::load`] checks everything
//! against it and reports all that is wrong at once. Applications and the server
//! call this; it calls nothing but the value types of `core` and `http`. Only
//! [`environment`] looks at the machine, and only the server calls it.

mod address;
mod build;
mod check;
mod error;
mod examine;
mod keys;
mod kind;
mod metrics;
mod option;
mod redis;
mod reference;
mod rules;
mod secret;
mod sessions;
mod setting;
mod settings;
mod source;
mod sso;
mod sso_client;
mod sso_server;
mod suggest;
mod tenants;
mod units;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use horizon_auth_core::crypto::password_hasher::HasherConfig;
use horizon_auth_core::crypto::pepper::Peppers;
use horizon_auth_core::domain::policy::Policy;
#[cfg(feature = "http")]
pub use horizon_auth_http::config::{HttpConfig, Profile};

pub use error::{ConfigErrors, Place, Problem};
pub use examine::Examined;
pub use keys::{KeySources, lets_others_in};
pub use kind::Kind;
pub use option::{GivenOption, SettingValue};
pub use redis::{RedisServers, RedisSettings, RevocationConfig, RevocationMode, Server};
pub use reference::reference_markdown;
pub use secret::SecretText;
pub use setting::{Alias, Fallback, Form, PREFIX, Setting};
pub use settings::{SETTINGS, find_setting};
pub use sso::{Mode, SsoClientConfig, SsoRevocation};
pub use suggest::nearest_name;
pub use units::parse_duration;

/// Whether mistakes that are fine on a developer's machine are refused (decision D21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine.
    Development,
    /// Anything that strangers can reach.
    Production,
}

/// Where users and sessions are stored.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// `sqlite:PATH`, `sqlite://PATH`, `postgres://…` or `postgresql://…`, as it was given.
    pub url: SecretText,
    /// Most connections open at once.
    pub max_connections: u32,
}

/// Who takes mails.
#[derive(Clone, Debug)]
pub enum MailTransport {
    /// Nobody.
    None,
    /// The mailer that the application brings.
    Custom,
    /// A folder, for development.
    File {
        /// The folder; made when the first mail comes.
        folder: PathBuf,
    },
    /// A mail server.
    Smtp {
        /// `smtp://`, `smtps://` or `smtp+plain://`, with the password if there is one.
        url: SecretText,
        /// A certificate authority to trust beside the usual ones.
        ca_file: Option<PathBuf>,
    },
    /// Resend.
    Resend {
        /// Its key.
        api_key: SecretText,
        /// Origin of its interface, if not the usual one.
        api_url: Option<String>,
    },
    /// The provider `SendGrid`.
    SendGrid {
        /// Its key.
        api_key: SecretText,
        /// Origin of its interface, if not the usual one.
        api_url: Option<String>,
    },
}

/// How mails leave.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// Who takes them.
    pub transport: MailTransport,
    /// Folder with templates of one's own.
    pub templates: Option<PathBuf>,
    /// Longest time of one attempt.
    pub timeout: Duration,
}

/// Limits of the standalone server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Longest time the head of a request may take to arrive.
    pub header_timeout: Duration,
    /// Most bytes of the head of a request; never below 8 KiB.
    pub max_header_bytes: usize,
    /// How long a server that stops reports that it is not ready before it refuses connections.
    pub drain_notice: Duration,
    /// How long running requests may take to finish when the server stops.
    pub drain_timeout: Duration,
    /// Most connections open at once.
    pub max_connections: usize,
}

/// Form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// [`LogFormat::Pretty`] on a terminal and [`LogFormat::Json`] elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// Form of the lines.
    pub format: LogFormat,
    /// A level, or a comma-separated list of levels and `target=level`.
    pub level: String,
}

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Development or production.
    pub environment: Environment,
    /// What this process is.
    pub mode: Mode,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Origin under which browsers reach the service, without a trailing slash.
    pub public_url: String,
    /// The database.
    pub database: DatabaseConfig,
    /// The Redis that nodes share; without it one process serves alone.
    pub redis: Option<RedisSettings>,
    /// How revocations reach all nodes.
    pub revocation: RevocationConfig,
    /// Text of the keys.
    pub keys: KeySources,
    /// How mails leave.
    pub mail: MailConfig,
    /// Where breached passwords are looked up.
    pub breach_url: String,
    /// What flows need to know.
    pub policy: Policy,
    /// Cost and limits of password hashing.
    pub hashing: HasherConfig,
    /// Keys of password hashing.
    pub peppers: Peppers,
    /// What the HTTP front end needs to know.
    #[cfg(feature = "http")]
    pub http: HttpConfig,
    /// What an application needs whose people log in elsewhere; none in the other modes.
    pub sso_client: Option<SsoClientConfig>,
    /// Limits of the standalone server.
    pub server: ServerConfig,
    /// Where the standalone server serves its numbers; nowhere if there is none.
    pub metrics_listen: Option<SocketAddr>,
    /// Logging.
    pub log: LogConfig,
}

/// What a configuration is made from. Later sources win: defaults, file, plain variables
/// such as `DATABASE_URL`, variables that begin with [`PREFIX`].
#[derive(Debug, Default)]
pub struct Sources<'a> {
    /// Name of the file as messages show it, and its text.
    pub file: Option<(&'a str, &'a str)>,
    /// Environment variables; names that are not ours are passed over.
    pub env: Vec<(String, String)>,
    /// Directory against which relative paths of key files are resolved.
    pub base_dir: PathBuf,
}

impl Config {
    /// Reads and checks a configuration, and the key files it names.
    ///
    /// # Errors
    /// [`ConfigErrors`] with everything that is wrong.
    pub fn load(sources: Sources<'_>) -> Result<Self, ConfigErrors> {
        Self::read(sources, false)
    }

    /// The same for a process that signs: a missing signing key is one of the errors. In the mode `sso-client`
    /// none is needed.
    ///
    /// # Errors
    /// [`ConfigErrors`] with everything that is wrong.
    pub fn load_to_serve(sources: Sources<'_>) -> Result<Self, ConfigErrors> {
        Self::read(sources, true)
    }

    fn read(sources: Sources<'_>, signs: bool) -> Result<Self, ConfigErrors> {
        let given = source::merge(sources.file, sources.env);
        check::check(given, &sources.base_dir, signs).map_err(ConfigErrors::new)
    }

    /// Reads and checks settings that an application gives one by one; relative paths start at `base_dir`. `signs`: a
    /// missing signing key is one of the errors.
    ///
    /// # Errors
    /// [`ConfigErrors`] with everything that is wrong, each in the application's words.
    pub(crate) fn load_options(
        options: Vec<GivenOption>,
        base_dir: &Path,
        signs: bool,
    ) -> Result<Self, ConfigErrors> {
        check::check(source::options(options), base_dir, signs).map_err(ConfigErrors::new)
    }

    /// Where the server listens under a configuration. Nothing else of it is looked at, and no file is opened.
    ///
    /// # Errors
    /// [`ConfigErrors`] if `listen` is wrong, or the file is no TOML.
    pub fn listen_of(sources: Sources<'_>) -> Result<SocketAddr, ConfigErrors> {
        let given = source::merge(sources.file, sources.env);
        check::listen(given).map_err(ConfigErrors::new)
    }

    /// Reads and checks a configuration from TOML alone; paths are relative to the current directory.
    ///
    /// # Errors
    /// [`ConfigErrors`] with everything that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, ConfigErrors> {
        Self::load(Sources {
            file: Some(("horizon-auth.toml", text)),
            ..Sources::default()
        })
    }

    /// Whether there is a key to sign with, or one can be had from the database. Without one, tokens can at
    /// most be verified.
    #[must_use]
    pub fn has_signing_key(&self) -> bool {
        self.keys.private_key.is_some() || !self.keys.sealing_keys.is_empty()
    }
}

/// Whether the networks together hold every IPv4 or every IPv6 address: trusting them is trusting everyone.
#[must_use]
pub fn hold_everyone(networks: &[ipnet::IpNet]) -> bool {
    address::hold_everyone(networks)
}

/// The host of an origin, without its port.
#[must_use]
pub fn host_of(origin: &str) -> &str {
    address::host_of(origin)
}

/// Whether an origin is on this machine. What is no origin is refused elsewhere.
pub(crate) fn is_local(origin: &str) -> bool {
    address::origin(origin).map_or(true, |origin| {
        address::is_loopback(&origin) || address::host_of(&origin).ends_with(".localhost")
    })
}

/// The variables of this process, for [`Sources::env`].
///
/// What is not UTF-8 keeps its place with replacement characters. [`Config::load`] refuses
/// them in variables of ours, and never looks at the others.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment, on behalf of the server"
)]
pub fn environment() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod sessions_tests;

#[cfg(test)]
#[path = "table_tests.rs"]
mod table_tests;

#[cfg(test)]
#[path = "mail_tests.rs"]
mod mail_tests;

#[cfg(test)]
#[path = "tenant_tests.rs"]
mod tenant_tests;

#[cfg(all(test, feature = "http"))]
#[path = "openapi_tests.rs"]
mod openapi_tests;

#[cfg(test)]
#[path = "password_tests.rs"]
mod password_tests;
