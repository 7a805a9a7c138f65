//! The kinds of settings.

use super::units;

/// What a setting accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text that is not empty and has no control characters.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer {
        /// Least value.
        min: u64,
        /// Greatest value.
        max: u64,
    },
    /// A duration such as `15m`.
    Duration {
        /// Shortest, in seconds.
        min: u64,
        /// Longest, in seconds.
        max: u64,
    },
    /// A duration that may be less than a second, such as `500ms`.
    Moment {
        /// Shortest, in milliseconds.
        min: u64,
        /// Longest, in milliseconds.
        max: u64,
    },
    /// A rate such as `5/1m`, or `off`.
    Rate,
    /// A size such as `16KiB`.
    Size {
        /// Smallest, in bytes.
        min: u64,
        /// Largest, in bytes.
        max: u64,
    },
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A web origin such as `https://auth.example.com`.
    Origin,
    /// A domain for cookies.
    Domain,
    /// A DNS name below which hosts are.
    BaseDomain,
    /// The name of a header.
    HeaderName,
    /// The name of a cookie, without a prefix that browsers know.
    CookieName,
    /// An address and a port.
    Socket,
    /// The path of a file.
    Path,
    /// Paths of files.
    Paths,
    /// A tenant name.
    Tenant,
    /// A role name.
    Role,
    /// Role names.
    Roles,
    /// Addresses and networks.
    Networks,
    /// Log levels, for everything or by target.
    LogLevels,
    /// The URL of a database. Secret, since it may hold a password.
    DatabaseUrl,
    /// A key in PEM. Secret.
    Pem,
    /// The URL of a mail server. Secret, since it may hold a password.
    SmtpUrl,
    /// The URL of a Redis. Secret, since it may hold a password.
    RedisUrl,
    /// A server, by name or address.
    Server,
    /// Servers.
    Servers,
    /// Text that nobody may see.
    Secret,
    /// An address, with or without a name.
    Sender,
    /// A language tag.
    Locale,
    /// Words.
    Words,
    /// Web origins.
    Origins,
    /// Web origins, or addresses below which everything is meant.
    Addresses,
    /// The address of something on the web.
    WebAddress,
    /// Names with secrets. Secret.
    Clients,
}

impl Kind {
    /// Whether messages must never show the value.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        match self {
            Self::DatabaseUrl | Self::Pem | Self::SmtpUrl | Self::RedisUrl | Self::Secret | Self::Clients => {
                true
            }
            Self::Text
            | Self::Bool
            | Self::Integer { .. }
            | Self::Duration { .. }
            | Self::Moment { .. }
            | Self::Server
            | Self::Servers
            | Self::Rate
            | Self::Size { .. }
            | Self::Choice(_)
            | Self::Origin
            | Self::Domain
            | Self::BaseDomain
            | Self::HeaderName
            | Self::CookieName
            | Self::Socket
            | Self::Path
            | Self::Paths
            | Self::Tenant
            | Self::Role
            | Self::Roles
            | Self::Networks
            | Self::LogLevels
            | Self::Sender
            | Self::Locale
            | Self::Words
            | Self::Origins
            | Self::Addresses
            | Self::WebAddress => false,
        }
    }

    /// Whether the value is a list: an array in TOML, commas in the environment.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::Paths
                | Self::Roles
                | Self::Networks
                | Self::Words
                | Self::Servers
                | Self::Origins
                | Self::Addresses
                | Self::Clients
        )
    }

    /// What it accepts, in words, for messages and the reference page.
    #[must_use]
    pub fn description(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Integer { min, max } => format!("a whole number, {min} to {max}"),
            Self::Duration { min, max } => {
                format!(
                    "a duration, {} to {}",
                    units::duration_text(min),
                    units::duration_text(max)
                )
            }
            Self::Moment { min, max } => {
                format!(
                    "a duration, {} to {}",
                    units::moment_text(min),
                    units::moment_text(max)
                )
            }
            Self::Rate => "a rate such as `5/1m`, or `off`".to_owned(),
            Self::Size { min, max } => {
                format!("a size, {} to {}", units::size_text(min), units::size_text(max))
            }
            Self::Choice(words) => format!("`{}`", words.join("` or `")),
            Self::Origin => "an origin such as `https://auth.example.com`".to_owned(),
            Self::Domain => "a domain name".to_owned(),
            Self::BaseDomain => "a domain name of two or more labels".to_owned(),
            Self::HeaderName => "the name of a header".to_owned(),
            Self::CookieName => "1 to 64 letters, digits, `-`, `_` and `.`".to_owned(),
            Self::Socket => "an IP address and port".to_owned(),
            Self::Path => "the path of a file".to_owned(),
            Self::Paths => "a list of paths of files".to_owned(),
            Self::Tenant => "a tenant name".to_owned(),
            Self::Role => "a role name".to_owned(),
            Self::Roles => "a list of role names".to_owned(),
            Self::Networks => "a list of addresses and networks".to_owned(),
            Self::LogLevels => {
                "a level such as `info`, or a list such as `warn,horizon_auth=debug`".to_owned()
            }
            Self::DatabaseUrl => "a database URL, secret".to_owned(),
            Self::Pem => "PEM text, secret".to_owned(),
            Self::SmtpUrl => "the URL of a mail server, secret".to_owned(),
            Self::RedisUrl => "the URL of a Redis, secret".to_owned(),
            Self::Server => "a host name or IP address".to_owned(),
            Self::Servers => "a list of servers such as `redis-1:6379`".to_owned(),
            Self::Secret => "text, secret".to_owned(),
            Self::Sender => "an address such as `Example <auth@example.com>`".to_owned(),
            Self::Locale => "a language tag such as `en` or `pt-BR`".to_owned(),
            Self::Words => "a list of words".to_owned(),
            Self::Origins => "a list of origins such as `https://app.example.com`".to_owned(),
            Self::Addresses => {
                "a list of origins or addresses such as `https://app.example.com/after/`".to_owned()
            }
            Self::WebAddress => "an address such as `https://auth.example.com/keys.json`".to_owned(),
            Self::Clients => "a list of `NAME:SECRET`, secret".to_owned(),
        }
    }
}
