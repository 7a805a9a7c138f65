//! How a value as it was given becomes a typed one.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use horizon_auth_core::domain::limits::Rate;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::mail::Sender;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use ipnet::IpNet;
use zeroize::Zeroizing;

use super::error::{Fault, shown};
use super::kind::Kind;
use super::redis::{self, Named, RedisUrl};
use super::secret::SecretText;
use super::{address, sessions, tenants, units};

/// A value as it was given.
#[derive(Clone)]
pub(super) enum Raw {
    /// From the environment or the table of defaults, where everything is text.
    Word(Zeroizing<String>),
    /// A TOML string.
    Text(Zeroizing<String>),
    /// A TOML boolean.
    Bool(bool),
    /// A TOML integer.
    Integer(i64),
    /// A TOML array of strings.
    List(Vec<Zeroizing<String>>),
    /// Something else in TOML that no setting takes; the name of its type.
    Other(&'static str),
}

impl Raw {
    pub(super) fn word(text: &str) -> Self {
        Self::Word(Zeroizing::new(text.to_owned()))
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Word(_) | Self::Text(_) => "text",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "a number",
            Self::List(_) => "a list",
            Self::Other(name) => name,
        }
    }
}

/// The type alone: the value may be a secret.
impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name())
    }
}

/// A value that has been checked on its own.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Secret(SecretText),
    Bool(bool),
    Integer(u64),
    Duration(Duration),
    Rate(Option<Rate>),
    Socket(SocketAddr),
    Texts(Vec<String>),
    Tenant(TenantId),
    Role(Role),
    Roles(Vec<Role>),
    Networks(Vec<IpNet>),
    Sender(Sender),
    Locale(Locale),
    RedisUrl(RedisUrl),
    Server(Named),
    Servers(Vec<Named>),
    Secrets(Vec<SecretText>),
}

/// Takes the typed content out of a value of the matching kind.
pub(super) trait Pick: Sized {
    fn pick(value: &Value) -> Option<Self>;
}

macro_rules! pick {
    ($($variant:ident: $type:ty),+ $(,)?) => {$(
        impl Pick for $type {
            fn pick(value: &Value) -> Option<Self> {
                if let Value::$variant(content) = value { Some(content.clone()) } else { None }
            }
        }
    )+};
}

pick! {
    Text: String, Secret: SecretText, Bool: bool, Integer: u64, Duration: Duration, Rate: Option<Rate>,
    Socket: SocketAddr, Texts: Vec<String>, Tenant: TenantId, Role: Role, Roles: Vec<Role>, Networks: Vec<IpNet>, Sender: Sender,
    Locale: Locale, RedisUrl: RedisUrl, Server: Named, Servers: Vec<Named>, Secrets: Vec<SecretText>,
}

/// Checks a value against its kind.
pub(super) fn parse(kind: Kind, raw: &Raw) -> Result<Value, Fault> {
    if kind.is_list() {
        return parse_list(kind, &items(kind, raw)?);
    }
    match (kind, raw) {
        (Kind::Bool, Raw::Bool(flag)) => Ok(Value::Bool(*flag)),
        (Kind::Integer { min, max }, Raw::Integer(number)) => {
            integer(&number.to_string(), min, max).map(Value::Integer)
        }
        (Kind::Duration { .. } | Kind::Moment { .. } | Kind::Rate, Raw::Integer(number)) => {
            Err(units::bare_duration(&number.to_string()))
        }
        (Kind::Size { .. }, Raw::Integer(number)) => Err(units::bare_size(&number.to_string())),
        (Kind::Bool | Kind::Integer { .. }, Raw::Text(_)) => Err(Fault::new(
            "is text in quotes".to_owned(),
            format!("write {} without quotes", kind.description()),
        )),
        (_, Raw::Word(text) | Raw::Text(text)) => parse_text(kind, text),
        (_, Raw::Bool(_) | Raw::Integer(_) | Raw::List(_) | Raw::Other(_)) => Err(mistyped(kind, raw)),
    }
}

fn mistyped(kind: Kind, raw: &Raw) -> Fault {
    Fault::new(
        format!("is {}", raw.type_name()),
        format!("write {}", kind.description()),
    )
}

fn parse_text(kind: Kind, text: &Zeroizing<String>) -> Result<Value, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new(
            "is empty",
            format!("write {}, or remove it", kind.description()),
        ));
    }
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Fault::new("is not valid UTF-8", "write it in UTF-8"));
    }
    if kind != Kind::Pem && text.contains(char::is_control) {
        return Err(Fault::new(
            "has a line break or another control character",
            "remove it",
        ));
    }
    match kind {
        Kind::Text => Ok(Value::Text(text.to_string())),
        Kind::Bool => boolean(text).map(Value::Bool),
        Kind::Integer { min, max } => integer(text, min, max).map(Value::Integer),
        Kind::Duration { min, max } => units::duration(text, min, max).map(Value::Duration),
        Kind::Moment { min, max } => units::moment(text, min, max).map(Value::Duration),
        Kind::Rate => units::rate(text).map(Value::Rate),
        Kind::Size { min, max } => units::size(text, min, max).map(Value::Integer),
        Kind::Choice(words) => choice(text, words).map(Value::Text),
        Kind::Origin => address::origin(text).map(Value::Text),
        Kind::WebAddress => address::web(text).map(Value::Text),
        Kind::Domain => address::cookie_domain(text).map(Value::Text),
        Kind::BaseDomain => address::base_domain(text).map(Value::Text),
        Kind::HeaderName => tenants::header_name(text).map(Value::Text),
        Kind::CookieName => sessions::cookie_name(text).map(Value::Text),
        Kind::Socket => socket(text).map(Value::Socket),
        Kind::Path => path(text).map(Value::Text),
        Kind::Tenant => TenantId::parse(text).map(Value::Tenant).map_err(|_| {
            Fault::new(
                format!("is {}", shown(text)),
                "write 1 to 63 of a-z, 0-9 and inner hyphens",
            )
        }),
        Kind::Role => role(text).map(Value::Role),
        Kind::LogLevels => log_levels(text).map(Value::Text),
        Kind::DatabaseUrl => database_url(text).map(Value::Secret),
        Kind::Pem => Ok(Value::Secret(pem(text))),
        Kind::SmtpUrl => smtp_url(text).map(Value::Secret),
        Kind::RedisUrl => redis::url(text).map(Value::RedisUrl),
        Kind::Server => redis::server(text).map(Value::Server),
        Kind::Secret => Ok(Value::Secret(SecretText::from(text.clone()))),
        Kind::Sender => Sender::parse(text).map(Value::Sender).map_err(|violation| {
            Fault::new(
                format!("is {}", shown(text)),
                format!("it {}, such as \"Example <auth@example.com>\"", violation.rule),
            )
        }),
        Kind::Locale => Locale::parse(text).map(Value::Locale).map_err(|_| {
            Fault::new(
                format!("is {}", shown(text)),
                "write a language tag such as \"en\" or \"pt-BR\"",
            )
        }),
        // Lists went another way.
        Kind::Paths
        | Kind::Roles
        | Kind::Networks
        | Kind::Words
        | Kind::Servers
        | Kind::Origins
        | Kind::Addresses
        | Kind::Clients => parse_list(kind, std::slice::from_ref(text)),
    }
}

fn items(kind: Kind, raw: &Raw) -> Result<Vec<Zeroizing<String>>, Fault> {
    match raw {
        Raw::List(items) => Ok(items.clone()),
        Raw::Word(text) if text.trim().is_empty() => Ok(Vec::new()),
        Raw::Word(text) => Ok(text
            .split(',')
            .map(|item| Zeroizing::new(item.trim().to_owned()))
            .collect()),
        Raw::Text(text) => Err(Fault::new(
            "is text",
            // A path stays unsaid: it may be a key that somebody put in its place.
            if kind == Kind::Paths || kind.is_secret() {
                format!("write {}", kind.description())
            } else {
                format!("write a list: [{}]", shown(text))
            },
        )),
        Raw::Bool(_) | Raw::Integer(_) | Raw::Other(_) => Err(mistyped(kind, raw)),
    }
}

fn role(text: &str) -> Result<Role, Fault> {
    Role::parse(text).map_err(|_| {
        Fault::new(
            format!("holds {}", shown(text)),
            "write role names of 1 to 64 of a-z, 0-9, -_:.",
        )
    })
}

fn parse_list(kind: Kind, items: &[Zeroizing<String>]) -> Result<Value, Fault> {
    if kind == Kind::Roles {
        let roles = items.iter().map(|item| role(item));
        return roles.collect::<Result<_, _>>().map(Value::Roles);
    }
    if kind == Kind::Networks {
        let networks = items.iter().map(|item| address::network(item));
        return networks.collect::<Result<_, _>>().map(Value::Networks);
    }
    if kind == Kind::Servers {
        let servers = items.iter().map(|item| redis::server(item));
        return servers.collect::<Result<_, _>>().map(Value::Servers);
    }
    if kind == Kind::Origins {
        let origins = items.iter().map(|item| address::origin(item));
        return origins.collect::<Result<_, _>>().map(Value::Texts);
    }
    if kind == Kind::Clients {
        if items.iter().any(|item| item.contains(char::is_control)) {
            return Err(Fault::new(
                "has a line break or another control character",
                "remove it",
            ));
        }
        let secrets = items.iter().map(|item| SecretText::from(item.clone()));
        return Ok(Value::Secrets(secrets.collect()));
    }
    if kind == Kind::Words || kind == Kind::Addresses {
        let word = |item: &Zeroizing<String>| {
            if item.trim().is_empty() || item.contains(char::is_control) {
                return Err(Fault::new("holds an empty or impossible word", "write words"));
            }
            Ok(item.trim().to_owned())
        };
        return items.iter().map(word).collect::<Result<_, _>>().map(Value::Texts);
    }
    items
        .iter()
        .map(|item| path(item))
        .collect::<Result<_, _>>()
        .map(Value::Texts)
}

fn boolean(text: &str) -> Result<bool, Fault> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::new(format!("is {}", shown(text)), "write true or false")),
    }
}

fn integer(text: &str, min: u64, max: u64) -> Result<u64, Fault> {
    units::number(text)
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| {
            Fault::new(
                format!("is {}", shown(text)),
                format!("write a whole number from {min} to {max}"),
            )
        })
}

fn choice(text: &str, words: &[&str]) -> Result<String, Fault> {
    if words.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        format!("is {}", shown(text)),
        format!("write \"{}\"", words.join("\" or \"")),
    ))
}

fn socket(text: &str) -> Result<SocketAddr, Fault> {
    text.parse().map_err(|_| {
        Fault::new(
            format!("is {}, not an IP address and port", shown(text)),
            "write it like \"127.0.0.1:3000\" or \"[::]:3000\"",
        )
    })
}

fn path(text: &str) -> Result<String, Fault> {
    // Somebody put the key where its path belongs: do not repeat it.
    if text.contains("-----BEGIN") {
        return Err(Fault::new(
            "holds a key, not a path",
            "write the path of the file that holds the key",
        ));
    }
    if text.trim().is_empty() || text.contains(char::is_control) {
        return Err(Fault::new(
            "holds an empty or impossible path",
            "write the path of a file",
        ));
    }
    Ok(text.to_owned())
}

fn log_levels(text: &str) -> Result<String, Fault> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let target = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_:-".contains(&b))
    };
    let known = text.split(',').all(|directive| match directive.split_once('=') {
        Some((name, level)) => target(name) && LEVELS.contains(&level),
        None => LEVELS.contains(&directive),
    });
    if known {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        format!("is {}", shown(text)),
        format!(
            "write one of {}, or a list such as \"warn,horizon_auth=debug\"",
            LEVELS.join(", ")
        ),
    ))
}

fn database_url(text: &Zeroizing<String>) -> Result<SecretText, Fault> {
    const SCHEMES: [&str; 4] = ["sqlite://", "sqlite:", "postgres://", "postgresql://"];
    let named = SCHEMES
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .is_some_and(|rest| !rest.is_empty());
    if named {
        return Ok(SecretText::from(text.clone()));
    }
    Err(Fault::new(
        "is not the URL of a known database",
        "write sqlite:PATH, sqlite://PATH, postgres://USER:PASSWORD@HOST/NAME or postgresql://…",
    ))
}

fn smtp_url(text: &Zeroizing<String>) -> Result<SecretText, Fault> {
    const SCHEMES: [&str; 3] = ["smtps://", "smtp://", "smtp+plain://"];
    let named = SCHEMES
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .is_some_and(|rest| !rest.is_empty());
    if named {
        return Ok(SecretText::from(text.clone()));
    }
    Err(Fault::new(
        "is not the URL of a mail server",
        "write smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587",
    ))
}

/// Environment files and container tools often carry line breaks as a backslash and an `n`.
fn pem(text: &Zeroizing<String>) -> SecretText {
    if text.contains('\n') {
        return SecretText::from(text.clone());
    }
    SecretText::new(text.replace("\\r", "").replace("\\n", "\n"))
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
