//! Makes the configuration from checked values. Nothing is judged here.

use std::path::Path;
use std::time::Duration;

use horizon_auth_core::crypto::password_hasher::{HashEngine, HasherConfig};
use horizon_auth_core::crypto::pepper::Peppers;
use horizon_auth_core::domain::policy::{
    BreachCheck, Enumeration, KeyPolicy, MailPolicy, Policy, ReuseScope, RolePolicy, VerificationProof,
};
#[cfg(feature = "http")]
use horizon_auth_http::config::{CookieConfig, HttpConfig};

use super::check::Checked;
use super::keys::KeySources;
use super::rules::{effective_public_url, effective_sender, hash_cost, is_production, mail_transport};
use super::secret::SecretText;
use super::{
    Config, DatabaseConfig, Environment, LogConfig, LogFormat, MailConfig, MailTransport, Mode, ServerConfig,
    redis, sessions, sso, sso_client, tenants,
};

#[cfg(feature = "http")]
use super::sso_server;

/// The configuration; `None` if a value it needs is missing or was wrong.
pub(super) fn config(
    checked: &Checked,
    keys: KeySources,
    peppers: Peppers,
    secrets: &sso::SsoSecrets,
    base_dir: &Path,
) -> Option<Config> {
    let mode = sso::mode(checked);
    let has_key = keys.public_key.is_some();
    Some(Config {
        mode,
        environment: if is_production(checked) {
            Environment::Production
        } else {
            Environment::Development
        },
        listen: checked.read("listen")?,
        public_url: effective_public_url(checked)?,
        database: DatabaseConfig {
            url: match mode {
                // Nothing opens it: an engine refuses such a configuration.
                Mode::SsoClient => SecretText::new(String::new()),
                Mode::Embedded | Mode::SsoServer => resolved(checked.read("database.url")?, base_dir),
            },
            max_connections: integer(checked, "database.max_connections")?,
        },
        redis: if redis::is_given(checked) {
            Some(redis::build(checked, base_dir)?)
        } else {
            None
        },
        revocation: redis::build_revocation(checked)?,
        keys,
        mail: mail(checked, base_dir)?,
        breach_url: checked.read("password.breach_url")?,
        policy: policy(checked)?,
        hashing: hashing(checked)?,
        peppers,
        #[cfg(feature = "http")]
        http: http(checked, secrets)?,
        sso_client: match mode {
            Mode::SsoClient => Some(sso_client::build(checked, secrets, has_key)?),
            Mode::Embedded | Mode::SsoServer => None,
        },
        server: ServerConfig {
            header_timeout: checked.read("server.header_timeout")?,
            max_header_bytes: integer(checked, "server.max_header_bytes")?,
            drain_notice: drain_notice(checked),
            drain_timeout: checked.read("server.drain_timeout")?,
            max_connections: integer(checked, "server.max_connections")?,
        },
        metrics_listen: checked.read("metrics.listen"),
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
    let preset_grace = if sso::is_patient(checked) {
        std::time::Duration::from_secs(10)
    } else {
        std::time::Duration::ZERO
    };
    Some(Policy {
        issuer: checked.read("jwt.issuer")?,
        audience: checked.read("jwt.audience")?,
        access_ttl: checked.read("jwt.access_token_ttl")?,
        leeway: checked.read("jwt.leeway")?,
        keys: KeyPolicy {
            jwks_max_age: checked.read("http.jwks_max_age")?,
            rotation_period: checked.read("jwt.rotation_period"),
        },
        refresh_idle_ttl: checked.read("refresh.idle_ttl")?,
        refresh_absolute_ttl: checked.read("refresh.absolute_ttl")?,
        refresh_grace: checked.read("refresh.grace").unwrap_or(preset_grace),
        reuse_scope: match checked.word("refresh.reuse_scope")?.as_str() {
            "family" => ReuseScope::Family,
            _ => ReuseScope::User,
        },
        session_idle_ttl: checked.read("session.idle_ttl")?,
        session_absolute_ttl: checked.read("session.absolute_ttl")?,
        require_verified_email: sessions::require_verified_email(checked),
        send_verification: checked.read("registration.send_verification")?,
        session_before_verification: checked.read("registration.session_before_verification")?,
        enumeration: match checked.word("registration.enumeration")?.as_str() {
            "private" => Enumeration::Private,
            _ => Enumeration::Explicit,
        },
        verification_proof: verification_proof(checked),
        blocklist: blocklist(checked),
        context_words: context_words(checked)?,
        breach_check: match checked.word("password.breach_check")?.as_str() {
            "open" => BreachCheck::FailOpen,
            "closed" => BreachCheck::FailClosed,
            _ => BreachCheck::Off,
        },
        mail: mail_policy(checked)?,
        default_roles: checked.read("registration.default_roles")?,
        default_tenant: checked.read("tenant.default")?,
        tenant_hosts: tenants::hosts(checked)?,
        roles: RolePolicy {
            admin: checked.read("roles.admin")?,
            admin_grants_admin: checked.read("roles.admin_grants_admin")?,
        },
        max_sessions: integer(checked, "session.max_per_user"),
        hash_audit_addresses: sessions::hash_audit_addresses(checked),
        limits: sessions::limits(checked)?,
    })
}

/// A load balancer takes a moment to notice that a node is not ready; a developer has none.
fn drain_notice(checked: &Checked) -> Duration {
    let usual = if is_production(checked) { 5 } else { 0 };
    checked
        .read("server.drain_notice")
        .unwrap_or(Duration::from_secs(usual))
}

/// In production a click alone never helps whoever registered somebody else's address (ADR 13).
fn verification_proof(checked: &Checked) -> VerificationProof {
    let by_password = checked
        .word("registration.verification_proof")
        .map_or_else(|| is_production(checked), |word| word == "password");
    if by_password {
        VerificationProof::Password
    } else {
        VerificationProof::Link
    }
}

/// Production refuses common passwords unless told otherwise (decision D14).
fn blocklist(checked: &Checked) -> bool {
    checked
        .word("password.blocklist")
        .map_or_else(|| is_production(checked), |word| word == "common")
}

/// The words of the setting and the product's name, in lower case.
fn context_words(checked: &Checked) -> Option<Vec<String>> {
    let mut words: Vec<String> = checked.read("password.context_words")?;
    words.push(checked.word("mail.product")?);
    Some(words.into_iter().map(|word| word.to_lowercase()).collect())
}

fn mail_policy(checked: &Checked) -> Option<MailPolicy> {
    let timeout: std::time::Duration = checked.read("mail.timeout")?;
    Some(MailPolicy {
        from: effective_sender(checked)?,
        product: checked.word("mail.product")?,
        public_url: effective_public_url(checked)?,
        locale: checked.read("mail.locale")?,
        verification_ttl: checked.read("mail.verification_ttl")?,
        reset_ttl: checked.read("mail.reset_ttl")?,
        email_change_ttl: checked.read("mail.email_change_ttl")?,
        // An attempt has ended, one way or the other, well before anybody tries again.
        lease: timeout * 2 + std::time::Duration::from_secs(5),
    })
}

/// How mails leave.
fn mail(checked: &Checked, base_dir: &Path) -> Option<MailConfig> {
    let api_url: Option<String> = checked.read("mail.api_url");
    let transport = match mail_transport(checked)? {
        "file" => MailTransport::File {
            folder: base_dir.join(checked.read::<String>("mail.folder")?),
        },
        "smtp" => MailTransport::Smtp {
            url: checked.read("mail.smtp_url")?,
            ca_file: checked
                .read::<String>("mail.smtp_ca_file")
                .map(|file| base_dir.join(file)),
        },
        "resend" => MailTransport::Resend {
            api_key: checked.read("mail.api_key")?,
            api_url,
        },
        "sendgrid" => MailTransport::SendGrid {
            api_key: checked.read("mail.api_key")?,
            api_url,
        },
        "custom" => MailTransport::Custom,
        _ => MailTransport::None,
    };
    Some(MailConfig {
        transport,
        templates: checked
            .read::<String>("mail.templates")
            .map(|folder| base_dir.join(folder)),
        timeout: checked.read("mail.timeout")?,
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
        foreign: checked.read("hashing.foreign_migration")?,
        engine: match checked.word("hashing.engine")?.as_str() {
            "conservative" => HashEngine::Conservative,
            _ => HashEngine::Fast,
        },
    })
}

#[cfg(feature = "http")]
fn http(checked: &Checked, secrets: &sso::SsoSecrets) -> Option<HttpConfig> {
    let public_origin = effective_public_url(checked)?;
    let https = public_origin.starts_with("https://");
    Some(HttpConfig {
        public_origin,
        profile: sessions::profile(checked)?,
        session: sessions::cookies(checked)?,
        tenant: tenants::tenant_source(checked)?,
        cookie: CookieConfig {
            secure: checked.read("cookie.secure").unwrap_or(https),
            domain: checked.read("cookie.domain"),
        },
        trusted_proxies: checked.read("http.trusted_proxies")?,
        max_body_bytes: integer(checked, "http.max_body")?,
        body_timeout: checked.read("http.body_timeout")?,
        jwks_max_age: checked.read("http.jwks_max_age")?,
        openapi: match checked.word("http.openapi")?.as_str() {
            "on" => true,
            "off" => false,
            _ => !is_production(checked),
        },
        sso: match sso::mode(checked) {
            Mode::SsoServer => Some(sso_server::build(checked, secrets)?),
            Mode::Embedded | Mode::SsoClient => None,
        },
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
