//! Options that have another name, or another form, than the setting they mean. Every other option is a setting under
//! the name that it has in the configuration file, in its spelling or in camel case.

use serde_json::Value;

use super::{Read, values};

/// What becomes of an option.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// The setting of another name.
    Setting(&'static str),
    /// The setting of the opposite meaning.
    Not(&'static str),
    /// A rate of `limit` hits within `ttl` seconds.
    Rate(&'static str),
    /// Days that a session lives, however it is used.
    Days,
    /// Whether requests name their tenant.
    Tenants,
    /// Where they name it: by a setting, or by a function of the application.
    Extractor,
    /// A key beside the password hashes.
    Pepper,
    /// A mail server.
    Smtp,
    /// Stands for a function that is kept in JavaScript; mails go to it.
    Sender,
    /// Stands for a function that is kept in JavaScript.
    Function,
    /// `true` makes the application one whose people log in elsewhere.
    Client,
    /// Of the package alone.
    Flag,
}

use Target::{Client, Days, Extractor, Flag, Function, Not, Pepper, Rate, Sender, Setting, Smtp, Tenants};

#[rustfmt::skip] // a table
const TABLE: &[(&str, Target)] = &[
    ("jwt.accessTokenExpiry", Setting("jwt.access_token_ttl")),
    ("jwt.refreshTokenExpiry", Setting("refresh.idle_ttl")),
    ("redis.db", Setting("redis.database")),

    ("multiTenant.enabled", Tenants),
    ("multiTenant.tenantIdExtractor", Extractor),
    ("multiTenant.customExtractor", Function),
    ("multiTenant.defaultTenantId", Setting("tenant.default")),

    ("rateLimit.login", Rate("rate_limit.login")),
    ("rateLimit.register", Rate("rate_limit.register")),
    ("rateLimit.passwordReset", Rate("rate_limit.password_reset")),

    ("email.provider", Setting("mail.transport")),
    ("email.apiKey", Setting("mail.api_key")),
    ("email.from", Setting("mail.from")),
    ("email.customSender", Function),

    ("security.bcryptMigration", Setting("hashing.bcrypt_migration")),
    ("security.cookieSecure", Setting("cookie.secure")),
    ("security.cookieDomain", Setting("cookie.domain")),

    ("guards.applyJwtGuardGlobally", Flag),
    ("ssoMode", Client),

    ("pepper", Pepper),
    ("csrfCookieName", Setting("session.csrf_cookie_name")),
    ("cookie.name", Setting("session.cookie_name")),
    ("cookie.sameSite", Setting("session.same_site")),
    ("cookie.ttlDays", Days),

    ("mailer", Sender),
    ("mailer.from", Setting("mail.from")),
    ("mailer.smtp", Smtp),
    ("mailer.frontendUrl", Setting("public_url")),

    ("emailVerification.disableEmailVerification", Not("registration.require_verified_email")),
    ("emailVerification.autoSendOnRegister", Setting("registration.send_verification")),
    ("emailVerification.sessionBeforeVerification", Setting("registration.session_before_verification")),
];

/// Stands where the application has a function.
const CUSTOM: &str = "custom";

/// Every name in the table.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, _)| *name)
}

impl Target {
    pub(super) fn of(name: &str) -> Option<Self> {
        let row = TABLE.iter().find(|(known, _)| *known == name)?;
        Some(row.1)
    }

    /// Whether the value has the form that is meant here; in another one it may be the setting of the same name.
    pub(super) fn takes(self, value: &Value) -> bool {
        match self {
            Setting(_) => !value.is_object(),
            Not(_) | Client | Flag | Tenants => value.is_boolean(),
            Rate(_) | Smtp => value.is_object(),
            Days => values::whole(value).is_some(),
            Extractor | Pepper => value.is_string(),
            Sender | Function => value.as_str() == Some(CUSTOM),
        }
    }

    /// What to write, after the name.
    pub(super) const fn wants(self) -> &'static str {
        match self {
            Setting(_) => "is a single option: write a value, not { … }",
            Not(_) | Client | Flag | Tenants => "is not true or false",
            Rate(_) => "is not { limit, ttl } with whole numbers above 0, ttl in seconds",
            Smtp => "is not { host, port?, user?, pass? }",
            Days => "is not a whole number of days",
            Extractor => "is not 'header', 'subdomain' or 'custom'",
            Pepper => "is not a text",
            Sender | Function => "is not a function",
        }
    }

    pub(super) fn apply(self, read: &mut Read, name: &str, value: &Value) {
        let wrong = |read: &mut Read| read.wrong(name, self.wants());
        match (self, value) {
            (Setting(path), value) => read.set(name, path, value),
            (Not(path), Value::Bool(flag)) => read.settings.set(name, path, !flag),
            (Rate(path), Value::Object(fields)) => match values::rate(fields) {
                Some(rate) => read.settings.set(name, path, rate),
                None => wrong(read),
            },
            (Days, value) => match values::whole(value) {
                Some(days) => {
                    read.settings.set(name, "session.idle_ttl", format!("{days}d"));
                    read.settings
                        .set(name, "session.absolute_ttl", format!("{days}d"));
                }
                None => wrong(read),
            },
            (Tenants, Value::Bool(flag)) => read.tenants = Some(*flag),
            (Extractor, Value::String(word)) if word == CUSTOM => read.custom_tenant = true,
            (Extractor, value) => read.set(name, "tenant.source", value),
            (Pepper, Value::String(text)) => match values::pepper(text) {
                Ok(pepper) => read.settings.set(name, "hashing.pepper", pepper),
                Err(what) => read.wrong(name, what),
            },
            (Smtp, Value::Object(fields)) => match values::smtp_url(fields) {
                Ok(url) => {
                    read.settings.set(name, "mail.transport", "smtp");
                    read.settings.set(name, "mail.smtp_url", url);
                }
                Err(what) => read.wrong(name, what),
            },
            (Sender, _) => read.settings.set(name, "mail.transport", CUSTOM),
            (Client, Value::Bool(true)) => read.settings.set(name, "mode", "sso_client"),
            (Client | Function | Flag, _) => {}
            (Not(_) | Rate(_) | Pepper | Smtp | Tenants, _) => wrong(read),
        }
    }
}
