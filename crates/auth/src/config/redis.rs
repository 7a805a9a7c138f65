//! The Redis that nodes share: what is configured, how it is read, and what does not fit together.

use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;
use zeroize::Zeroizing;

use super::check::Checked;
use super::error::{Fault, shown};
use super::secret::SecretText;
use super::sso;

/// A server by its name and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// How the servers of Redis are arranged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedisServers {
    /// One, or something that stands for one.
    Single(Server),
    /// A primary that sentinels name.
    Sentinel {
        /// The sentinels.
        sentinels: Vec<Server>,
        /// The name by which they know the primary.
        primary: String,
    },
    /// Some nodes of a cluster.
    Cluster(Vec<Server>),
}

/// The Redis that nodes share.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    /// Where it is.
    pub servers: RedisServers,
    /// User, if not the default one.
    pub username: Option<String>,
    /// Password, if there is one.
    pub password: Option<SecretText>,
    /// Number of the database.
    pub database: u32,
    /// Whether TLS is spoken.
    pub tls: bool,
    /// Certificate authority in PEM, if not the machine's.
    pub ca_file: Option<PathBuf>,
    /// Begins every key.
    pub prefix: String,
    /// Longest time of a call.
    pub timeout: Duration,
}

/// How a node knows which tokens are denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationMode {
    /// From its memory, which follows the others under a lease.
    Replicated,
    /// By asking Redis about every token.
    PerRequest,
}

/// How revocations reach all nodes. Without Redis there is one node, and nothing of this matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationConfig {
    /// How a node knows.
    pub mode: RevocationMode,
    /// How long a node may decide without having heard of the others.
    pub lease: Duration,
}

/// A server as it was written; the port may be the usual one.
#[derive(Clone, Debug)]
pub(super) struct Named {
    host: String,
    port: Option<u16>,
}

impl Named {
    fn or(self, port: u16) -> Server {
        Server {
            host: self.host,
            port: self.port.unwrap_or(port),
        }
    }
}

/// What the URL of a Redis says.
#[derive(Clone, Debug)]
pub(super) struct RedisUrl {
    server: Named,
    tls: bool,
    username: Option<String>,
    password: Option<SecretText>,
    database: Option<u32>,
}

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;
/// The four ways to say where Redis is.
const WAYS: [&str; 4] = ["redis.url", "redis.host", "redis.sentinels", "redis.cluster"];

/// `redis://` or `rediss://`, with a user, a password, a port and the number of a database if need be.
pub(super) fn url(text: &str) -> Result<RedisUrl, Fault> {
    read_url(text).ok_or_else(|| {
        Fault::new(
            "is not the URL of a Redis",
            "write redis://USER:PASSWORD@HOST:6379/0, or rediss:// for TLS; \
             what is special in a password is written as %XX",
        )
    })
}

fn read_url(text: &str) -> Option<RedisUrl> {
    let url = Url::parse(text).ok()?;
    let tls = match url.scheme() {
        "redis" => false,
        "rediss" => true,
        _ => return None,
    };
    if url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    let decoded = |text: &str| {
        Some(Zeroizing::new(
            percent_decode_str(text).decode_utf8().ok()?.into_owned(),
        ))
    };
    let database = match url.path().trim_start_matches('/') {
        "" => None,
        number => Some(number.parse().ok()?),
    };
    let password = match url.password() {
        Some(password) => Some(SecretText::from(decoded(password)?)),
        None => None,
    };
    let username = match url.username() {
        "" => None,
        name => Some(decoded(name)?.to_string()),
    };
    Some(RedisUrl {
        server: server(&format!("{}:{}", url.host_str()?, url.port().unwrap_or(PORT))).ok()?,
        tls,
        username,
        password,
        database,
    })
}

/// `HOST` or `HOST:PORT`; an IPv6 address stands in brackets.
pub(super) fn server(text: &str) -> Result<Named, Fault> {
    read_server(text).ok_or_else(|| {
        Fault::new(
            format!("holds {}, not a server", shown(text)),
            "write a host name or an IP address, such as \"redis.internal\" or \"10.0.0.5:6379\"",
        )
    })
}

fn read_server(text: &str) -> Option<Named> {
    let (host, port) = match text.rsplit_once(':') {
        _ if text.ends_with(']') => (text, None),
        Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port > 0)?)),
        None => (text, None),
    };
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = match inner {
        Some(address) => address.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
        // An underscore is no part of a host name, but of many names of containers.
        None => Some(host)
            .filter(|host| !host.is_empty() && host.len() <= 253)
            .filter(|host| {
                host.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
            })?
            .to_owned(),
    };
    Some(Named { host, port })
}

/// Reports what does not fit.
pub(super) fn apply(checked: &mut Checked) {
    let given: Vec<&str> = WAYS.into_iter().filter(|way| checked.is_given(way)).collect();
    if let [first, others @ ..] = given.as_slice()
        && !others.is_empty()
    {
        checked.report(
            first,
            format!("is given as well as {}", others.join(" and ")),
            "keep one: a URL, a host, sentinels or a cluster",
        );
    }
    let per_request = checked.word("revocation.mode").as_deref() == Some("per_request");
    if given.is_empty() {
        if per_request {
            checked.report(
                "revocation.mode",
                "is \"per_request\", but there is no Redis to ask",
                "set redis.url to \"redis://HOST\", or remove it",
            );
        }
        return;
    }
    needs(checked, &given);
    arrangement(checked);
    twice(checked);
    if checked
        .word("redis.prefix")
        .is_some_and(|prefix| prefix.contains(['{', '}', ' ']))
    {
        checked.report(
            "redis.prefix",
            "has a brace or a space, which mean something in keys",
            "write letters, digits and colons, such as \"auth:\"",
        );
    }
}

fn needs(checked: &mut Checked, given: &[&str]) {
    let Some(way) = given.first() else { return };
    if cfg!(not(feature = "redis")) {
        checked.report(
            way,
            "is given, but this program was built without Redis",
            "build it with the feature `redis`, or remove the setting",
        );
    }
    let database: Option<SecretText> = checked.read("database.url");
    // An application that only verifies may have whatever database it likes.
    let is_shared = !sso::is_client(checked);
    if is_shared && database.is_some_and(|url| url.reveal().starts_with("sqlite:")) {
        checked.report(
            way,
            "is given, but one process serves one SQLite file and shares nothing",
            "store users in PostgreSQL, or remove the setting",
        );
    }
}

fn arrangement(checked: &mut Checked) {
    if checked.is_given("redis.sentinels") && !checked.is_given("redis.primary") {
        checked.report(
            "redis.primary",
            "is missing, which sentinels need",
            "write the name by which they know the primary, such as primary = \"mymaster\"",
        );
    }
    if checked.is_given("redis.primary") && !checked.is_given("redis.sentinels") {
        checked.report(
            "redis.primary",
            "is given without redis.sentinels",
            "list the sentinels, or remove it",
        );
    }
    for list in ["redis.sentinels", "redis.cluster"] {
        if checked
            .read::<Vec<Named>>(list)
            .is_some_and(|list| list.is_empty())
            && checked.is_given(list)
        {
            checked.report(list, "is an empty list", "list servers, or remove it");
        }
    }
    let database: Option<u64> = checked.read("redis.database");
    if checked.is_given("redis.cluster") && database.is_some_and(|number| number > 0) {
        checked.report(
            "redis.database",
            "is given, but a cluster has only the database 0",
            "remove it",
        );
    }
    let tls: Option<bool> = checked.read("redis.tls");
    let url: Option<RedisUrl> = checked.read("redis.url");
    if url.is_some_and(|url| tls.is_some_and(|tls| tls != url.tls)) {
        checked.report(
            "redis.tls",
            "is not what the scheme of redis.url says",
            "remove it: rediss:// means TLS",
        );
    }
    if checked.is_given("redis.ca_file") && !tls_of(checked) {
        checked.report(
            "redis.ca_file",
            "is given, but no TLS is spoken",
            "begin redis.url with rediss://, or write tls = true",
        );
    }
}

/// Reports what the URL says and a setting of its own says too.
fn twice(checked: &mut Checked) {
    let Some(url) = checked.read::<RedisUrl>("redis.url") else {
        return;
    };
    let doubles = [
        ("redis.username", url.username.is_some()),
        ("redis.password", url.password.is_some()),
        ("redis.database", url.database.is_some()),
    ];
    for (path, is_in_url) in doubles {
        if is_in_url && checked.is_given(path) {
            checked.report(path, "is given in redis.url as well", "keep one of the two");
        }
    }
}

fn tls_of(checked: &Checked) -> bool {
    let url: Option<RedisUrl> = checked.read("redis.url");
    url.map_or_else(|| checked.read("redis.tls") == Some(true), |url| url.tls)
}

/// Whether the configuration says where a Redis is.
pub(super) fn is_given(checked: &Checked) -> bool {
    WAYS.iter().any(|way| checked.is_given(way))
}

/// The Redis of a configuration that says where it is; `None` if a value was wrong.
pub(super) fn build(checked: &Checked, base_dir: &Path) -> Option<RedisSettings> {
    let url: Option<RedisUrl> = checked.read("redis.url");
    let list = |path, port| {
        let named: Vec<Named> = checked.read(path)?;
        Some(named.into_iter().map(|named| named.or(port)).collect())
    };
    let servers = if let Some(url) = &url {
        RedisServers::Single(url.server.clone().or(PORT))
    } else if checked.is_given("redis.sentinels") {
        RedisServers::Sentinel {
            sentinels: list("redis.sentinels", SENTINEL_PORT)?,
            primary: checked.read("redis.primary")?,
        }
    } else if checked.is_given("redis.cluster") {
        RedisServers::Cluster(list("redis.cluster", PORT)?)
    } else {
        let host: Named = checked.read("redis.host")?;
        let port = u16::try_from(checked.read::<u64>("redis.port")?).ok()?;
        RedisServers::Single(host.or(port))
    };
    let database = u32::try_from(checked.read::<u64>("redis.database")?).ok()?;
    Some(RedisSettings {
        servers,
        username: checked
            .read("redis.username")
            .or_else(|| url.as_ref()?.username.clone()),
        password: checked
            .read("redis.password")
            .or_else(|| url.as_ref()?.password.clone()),
        database: url.as_ref().and_then(|url| url.database).unwrap_or(database),
        tls: tls_of(checked),
        ca_file: checked
            .read::<String>("redis.ca_file")
            .map(|file| base_dir.join(file)),
        prefix: checked.read("redis.prefix")?,
        timeout: checked.read("redis.timeout")?,
    })
}

/// How revocations reach all nodes.
pub(super) fn build_revocation(checked: &Checked) -> Option<RevocationConfig> {
    Some(RevocationConfig {
        mode: match checked.word("revocation.mode")?.as_str() {
            "per_request" => RevocationMode::PerRequest,
            _ => RevocationMode::Replicated,
        },
        lease: checked.read("revocation.lease")?,
    })
}

#[cfg(test)]
#[path = "redis_tests.rs"]
mod tests;
