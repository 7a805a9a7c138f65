//! Makes the configuration from checked values. Nothing is judged here.

use std::path::Path;

use horizon_auth_core::crypto::password_hasher::{HashEngine, HasherConfig};
use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::policy::{Enumeration, Policy, ReuseScope};
#[cfg(feature = "http")]
use horizon_auth_http::config::{CookieConfig, HttpConfig};

use super::check::Checked;
use super::keys::KeySources;
use super::rules::{effective_public_url, hash_cost, is_production};
use super::secret::SecretText;
use super::{Config, DatabaseConfig, Environment, LogConfig, LogFormat, ServerConfig};

/// The configuration; `None` if a value it needs is missing or was wrong.
pub(super) fn config(checked: &Checked, keys: KeySources, base_dir: &Path) -> Option<Config> {
    Some(Config {
        environment: if is_production(checked) {
            Environment::Production
        } else {
            Environment::Development
        },
        listen: checked.read("listen")?,
        public_url: effective_public_url(checked)?,
        database: DatabaseConfig {
            url: resolved(checked.read("database.url")?, base_dir),
            max_connections: integer(checked, "database.max_connections")?,
        },
        keys,
        policy: policy(checked)?,
        hashing: hashing(checked)?,
        #[cfg(feature = "http")]
        http: http(checked)?,
        server: ServerConfig {
            header_timeout: checked.read("server.header_timeout")?,
            max_header_bytes: integer(checked, "server.max_header_bytes")?,
            drain_timeout: checked.read("server.drain_timeout")?,
            max_connections: integer(checked, "server.max_connections")?,
        },
        log: LogConfig {
            format: match checked.word("log.format")?.as_str() {
                "json" => LogFormat::Json,
                "pretty" => LogFormat::Pretty,
                _ => LogFormat::Auto,
            },
            level: checked.read("log.level")?,
        },
    })
}

/// A relative SQLite path starts at the configuration file, as those of key files do.
fn resolved(url: SecretText, base_dir: &Path) -> SecretText {
    let Some(rest) = url.reveal().strip_prefix("sqlite:") else {
        return url;
    };
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let here = base_dir.as_os_str().is_empty() || base_dir == Path::new(".");
    match base_dir.to_str() {
        Some(base) if !here && !path.starts_with('/') && path != ":memory:" => {
            // In the URL `%` and `?` mean something; in a folder's name they do not.
            let base = base.replace('%', "%25").replace('?', "%3F");
            SecretText::new(format!("sqlite:{base}/{path}"))
        }
        _ => url,
    }
}

fn policy(checked: &Checked) -> Option<Policy> {
    let preset_grace = match checked.word("refresh.preset")?.as_str() {
        "browser" => std::time::Duration::from_secs(10),
        _ => std::time::Duration::ZERO,
    };
    Some(Policy {
        issuer: checked.read("jwt.issuer")?,
        audience: checked.read("jwt.audience")?,
        access_ttl: checked.read("jwt.access_token_ttl")?,
        leeway: checked.read("jwt.leeway")?,
        refresh_idle_ttl: checked.read("refresh.idle_ttl")?,
        refresh_absolute_ttl: checked.read("refresh.absolute_ttl")?,
        refresh_grace: checked.read("refresh.grace").unwrap_or(preset_grace),
        reuse_scope: match checked.word("refresh.reuse_scope")?.as_str() {
            "family" => ReuseScope::Family,
            _ => ReuseScope::User,
        },
        require_verified_email: checked.read("registration.require_verified_email")?,
        enumeration: match checked.word("registration.enumeration")?.as_str() {
            "private" => Enumeration::Private,
            _ => Enumeration::Explicit,
        },
        verification_ttl: checked.read("mail.verification_ttl")?,
        default_roles: checked.read("registration.default_roles")?,
        default_tenant: checked.read("tenant.default")?,
        limits: Limits {
            login: checked.read("rate_limit.login")?,
            login_account: checked.read("rate_limit.login_account")?,
            register: checked.read("rate_limit.register")?,
            refresh: checked.read("rate_limit.refresh")?,
        },
    })
}

fn hashing(checked: &Checked) -> Option<HasherConfig> {
    Some(HasherConfig {
        cost: hash_cost(checked)?,
        memory_mib: integer(checked, "hashing.memory_budget_mib")?,
        max_parallel: integer(checked, "hashing.max_parallel").unwrap_or_else(cores),
        max_queue: integer(checked, "hashing.max_queue")?,
        queue_deadline: checked.read("hashing.queue_deadline")?,
        bcrypt: checked.read("hashing.bcrypt_migration")?,
        engine: match checked.word("hashing.engine")?.as_str() {
            "conservative" => HashEngine::Conservative,
            _ => HashEngine::Fast,
        },
    })
}

#[cfg(feature = "http")]
fn http(checked: &Checked) -> Option<HttpConfig> {
    let public_origin = effective_public_url(checked)?;
    let https = public_origin.starts_with("https://");
    Some(HttpConfig {
        public_origin,
        cookie: CookieConfig {
            secure: checked.read("cookie.secure").unwrap_or(https),
            domain: checked.read("cookie.domain"),
        },
        trusted_proxies: checked.read("http.trusted_proxies")?,
        max_body_bytes: integer(checked, "http.max_body")?,
        body_timeout: checked.read("http.body_timeout")?,
        jwks_max_age: checked.read("http.jwks_max_age")?,
    })
}

fn integer<T: TryFrom<u64>>(checked: &Checked, path: &str) -> Option<T> {
    checked
        .read::<u64>(path)
        .and_then(|number| T::try_from(number).ok())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}
