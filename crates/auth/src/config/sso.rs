//! The three modes (decision D4): what each needs, what it must not be given, and how it is read.

use std::path::Path;
use std::time::Duration;

#[cfg(feature = "http")]
use horizon_auth_http::sso::{Redirect, ServiceClient, SsoConfig};

use super::address;
use super::check::Checked;
use super::keys;
use super::redis;
use super::rules::{effective_public_url, is_production};
use super::secret::SecretText;

/// What this process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The engine within an application, or alone. The default.
    Embedded,
    /// The engine, shared by applications on other origins.
    SsoServer,
    /// An application whose people log in at such a server. It has no database, no signing key and no mailer.
    SsoClient,
}

/// How an application knows what was revoked.
#[derive(Clone, Debug)]
pub enum SsoRevocation {
    /// From the Redis of the server.
    Redis,
    /// By asking the server.
    Introspection {
        /// Where.
        url: String,
        /// In whose name.
        client_id: String,
        /// With which secret.
        client_secret: SecretText,
        /// How long an answer is believed.
        cache: Duration,
    },
    /// Not at all: a token is good until it expires.
    SignatureOnly,
}

/// What an application needs of the server.
#[derive(Clone, Debug)]
pub struct SsoClientConfig {
    /// Where it publishes its keys; `None` if they are configured.
    pub jwks_url: Option<String>,
    /// How it is known what was revoked.
    pub revocation: SsoRevocation,
    /// Longest time of a question.
    pub timeout: Duration,
}

/// Texts from files that only their owner may read.
#[derive(Debug, Default)]
pub(super) struct SsoSecrets {
    clients: Vec<SecretText>,
    client_secret: Option<SecretText>,
}

const SERVER: [&str; 5] = [
    "sso.allowed_origins",
    "sso.redirects",
    "sso.clients",
    "sso.clients_file",
    "sso.trust_dev_localhost",
];
const CLIENT: [&str; 8] = [
    "sso.auth_url",
    "sso.jwks_url",
    "sso.revocation",
    "sso.client_id",
    "sso.client_secret",
    "sso.client_secret_file",
    "sso.introspection_cache",
    "sso.timeout",
];

/// What the process is to be.
pub(super) fn mode(checked: &Checked) -> Mode {
    match checked.word("mode").as_deref() {
        Some("sso_server") => Mode::SsoServer,
        Some("sso_client") => Mode::SsoClient,
        _ => Mode::Embedded,
    }
}

pub(super) fn is_client(checked: &Checked) -> bool {
    mode(checked) == Mode::SsoClient
}

/// Whether an application believes the session cookie that it shares with the server.
pub(super) fn believes_cookies(checked: &Checked) -> bool {
    checked.word("http.profile").is_some_and(|word| word != "token")
}

/// Two tabs, and now two applications, refresh with one cookie: a server for many is as patient as browsers need.
pub(super) fn is_patient(checked: &Checked) -> bool {
    match checked
        .word("refresh.preset")
        .filter(|_| checked.is_given("refresh.preset"))
    {
        Some(word) => word == "browser",
        None => mode(checked) == Mode::SsoServer,
    }
}

/// Reads the files, and what may stand in their place.
pub(super) fn read_secrets(checked: &mut Checked, base_dir: &Path) -> SsoSecrets {
    checked.refuse_both("sso.clients_file", "sso.clients");
    checked.refuse_both("sso.client_secret_file", "sso.client_secret");
    let mut read = |path: &str| {
        let file: String = checked.read(path)?;
        let text = keys::read_private(&base_dir.join(file));
        checked.keep(path, text)
    };
    let clients_file = read("sso.clients_file");
    let secret_file = read("sso.client_secret_file");
    let lines = |text: SecretText| {
        let lines = text.reveal().lines().map(str::trim);
        let written = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        written.map(|line| SecretText::new(line.to_owned())).collect()
    };
    SsoSecrets {
        clients: checked
            .read("sso.clients")
            .or_else(|| clients_file.map(lines))
            .unwrap_or_default(),
        client_secret: checked
            .read("sso.client_secret")
            .or_else(|| secret_file.map(|text| SecretText::new(text.reveal().trim().to_owned()))),
    }
}

/// Reports what does not fit.
pub(super) fn apply(checked: &mut Checked, secrets: &SsoSecrets) {
    let mode = mode(checked);
    if mode != Mode::SsoServer {
        misplaced(checked, &SERVER, "sso_server");
    }
    if mode != Mode::SsoClient {
        misplaced(checked, &CLIENT, "sso_client");
    }
    match mode {
        Mode::Embedded => {}
        Mode::SsoServer => server(checked, secrets),
        Mode::SsoClient => client(checked, secrets),
    }
}

fn misplaced(checked: &mut Checked, paths: &[&str], mode: &str) {
    for path in paths {
        if checked.is_given(path) {
            checked.report(
                path,
                format!("is given, but only mode = \"{mode}\" looks at it"),
                format!("write mode = \"{mode}\", or remove it"),
            );
        }
    }
}

fn server(checked: &mut Checked, secrets: &SsoSecrets) {
    if cfg!(not(feature = "http")) {
        checked.report(
            "mode",
            "is \"sso_server\", but this program was built without HTTP",
            "build it with the feature `http`, or remove it",
        );
    }
    let trusts_dev = checked.read("sso.trust_dev_localhost") == Some(true);
    let origins: Vec<String> = checked.read("sso.allowed_origins").unwrap_or_default();
    if origins.is_empty() && !trusts_dev && !checked.has_failed("sso.allowed_origins") {
        checked.report(
            "sso.allowed_origins",
            "is missing, which mode = \"sso_server\" needs",
            "list the origins of the applications, such as [\"https://app.example.com\"]",
        );
    }
    if is_production(checked) {
        plain_origins(checked, "sso.allowed_origins", &origins);
        let redirects: Vec<String> = checked.read("sso.redirects").unwrap_or_default();
        plain_origins(checked, "sso.redirects", &redirects);
    }
    if trusts_dev && is_production(checked) {
        checked.report(
            "sso.trust_dev_localhost",
            "is true, which production does not allow",
            "remove it, and list the applications in sso.allowed_origins",
        );
    } else if trusts_dev
        && let Some(url) = effective_public_url(checked)
        && !address::domain_covers("dev.localhost", address::host_of(&url))
    {
        checked.report(
            "sso.trust_dev_localhost",
            format!("is true, but public_url is {url}"),
            "write public_url = \"http://auth.dev.localhost:3000\"",
        );
    }
    if believes_cookies(checked) && !checked.is_given("cookie.domain") {
        checked.report(
            "cookie.domain",
            "is missing, and without it no application sees the session cookie",
            "write the domain that the applications share with public_url, such as \"example.com\"",
        );
    }
    #[cfg(feature = "http")]
    {
        let texts: Vec<String> = checked.read("sso.redirects").unwrap_or_default();
        if let Some(Err(rule)) = texts
            .iter()
            .map(|text| Redirect::parse(text))
            .find(Result::is_err)
        {
            checked.report(
                "sso.redirects",
                "holds what is no address to trust",
                rule.to_string(),
            );
        }
        service_clients(checked, secrets);
    }
    #[cfg(not(feature = "http"))]
    let _ = secrets;
}

fn plain_origins(checked: &mut Checked, path: &str, addresses: &[String]) {
    if let Some(plain) = addresses.iter().find(|address| !address.starts_with("https://")) {
        let what = format!("holds {plain}, which is not https; production does not allow that");
        checked.report(
            path,
            what,
            "serve the application under https and write that origin",
        );
    }
}

#[cfg(feature = "http")]
fn service_clients(checked: &mut Checked, secrets: &SsoSecrets) {
    let path = if checked.is_given("sso.clients_file") {
        "sso.clients_file"
    } else {
        "sso.clients"
    };
    let mut ids: Vec<String> = Vec::new();
    for (number, text) in (1..).zip(&secrets.clients) {
        // The text itself stays unsaid: it holds a secret.
        match service_client(text) {
            Err(why) => checked.report(
                path,
                format!("has an entry, number {number}, that cannot be used: {why}"),
                "write NAME:SECRET, with what `openssl rand -hex 32` prints as the secret",
            ),
            Ok(client) if ids.iter().any(|id| id == client.id()) => checked.report(
                path,
                format!("names {} twice", client.id()),
                "give each service a name of its own",
            ),
            Ok(client) => ids.push(client.id().to_owned()),
        }
    }
}

#[cfg(feature = "http")]
fn service_client(text: &SecretText) -> Result<ServiceClient, String> {
    let (id, secret) = text
        .reveal()
        .split_once(':')
        .ok_or("it has no colon between name and secret")?;
    ServiceClient::new(id.trim(), secret.trim()).map_err(|rule| rule.to_string())
}

fn client(checked: &mut Checked, secrets: &SsoSecrets) {
    if cfg!(not(feature = "sso-client")) {
        checked.report(
            "mode",
            "is \"sso_client\", but this program was built without it",
            "build it with the feature `sso-client`, or remove it",
        );
    }
    for path in ["jwt.private_key", "jwt.private_key_file"] {
        if checked.is_given(path) {
            checked.report(
                path,
                "is given, but mode = \"sso_client\" only verifies; a key that signs belongs to the server alone",
                "remove it",
            );
        }
    }
    let has_key = ["jwt.public_key", "jwt.public_key_file"]
        .iter()
        .any(|path| checked.is_given(path));
    let has_url = checked.is_given("sso.auth_url");
    let revocation = checked.word("sso.revocation");
    let asks = revocation.as_deref() == Some("introspection");
    if !has_url && (asks || !has_key && !checked.is_given("sso.jwks_url")) {
        checked.report(
            "sso.auth_url",
            "is missing, which mode = \"sso_client\" needs",
            "write the origin of the authentication server, such as \"https://auth.example.com\", or set AUTH_SERVICE_URL",
        );
    }
    for path in ["sso.auth_url", "sso.jwks_url"] {
        let url: Option<String> = checked.read(path);
        if url.is_some_and(|url| !url.starts_with("https://") && !is_here(&url)) {
            checked.report(
                path,
                "is not https: anybody on the way could answer in the server's place",
                "write https, or the address of a server on this machine such as \"http://127.0.0.1:3000\"",
            );
        }
    }
    if !checked.is_given("sso.revocation") {
        checked.report(
            "sso.revocation",
            "is missing, and nobody can choose it for you",
            "write \"introspection\", \"redis\", or \"signature_only\" if a log-out may go unnoticed until the token expires",
        );
    }
    if asks {
        for (path, is_there) in [
            ("sso.client_id", checked.is_given("sso.client_id")),
            (
                "sso.client_secret",
                secrets.client_secret.is_some() || checked.is_given("sso.client_secret_file"),
            ),
        ] {
            if !is_there {
                checked.report(
                    path,
                    "is missing, which introspection needs",
                    "write what the server has in sso.clients",
                );
            }
        }
    }
    if revocation.as_deref() == Some("redis") && !redis::is_given(checked) {
        checked.report(
            "redis.url",
            "is missing, which sso.revocation = \"redis\" needs",
            "write the Redis of the authentication server, with a user that may only read",
        );
    }
    if believes_cookies(checked) {
        shared_cookie(checked, asks);
    }
}

/// Only the server can tell whether a cookie is good.
fn shared_cookie(checked: &mut Checked, asks: bool) {
    if !asks && checked.is_given("sso.revocation") {
        checked.report(
            "http.profile",
            "lets session cookies in, which only sso.revocation = \"introspection\" can verify",
            "write http.profile = \"token\", or use introspection",
        );
    }
    if !checked.is_given("public_url") {
        checked.report(
            "public_url",
            "is missing, and without it nobody can tell pages of this application from others",
            "write the origin under which browsers reach this application",
        );
    }
}

fn is_here(url: &str) -> bool {
    let origin = url::Url::parse(url).map(|url| url.origin().ascii_serialization());
    origin.is_ok_and(|origin| {
        address::is_loopback(&origin) || address::host_of(&origin).ends_with(".localhost")
    })
}

/// What a server shares.
#[cfg(feature = "http")]
pub(super) fn build_server(checked: &Checked, secrets: &SsoSecrets) -> Option<SsoConfig> {
    let allowed_origins: Vec<String> = checked.read("sso.allowed_origins")?;
    let redirects = checked
        .read("sso.redirects")
        .unwrap_or_else(|| allowed_origins.clone());
    Some(SsoConfig {
        redirects: redirects
            .iter()
            .filter_map(|text| Redirect::parse(text).ok())
            .collect(),
        allowed_origins,
        trust_dev_localhost: checked.read("sso.trust_dev_localhost")?,
        clients: secrets
            .clients
            .iter()
            .filter_map(|text| service_client(text).ok())
            .collect(),
    })
}

/// What an application needs; `None` if a value is missing or was wrong.
pub(super) fn build_client(
    checked: &Checked,
    secrets: &SsoSecrets,
    has_key: bool,
) -> Option<SsoClientConfig> {
    let auth_url: Option<String> = checked.read("sso.auth_url");
    let below = |path: &str| auth_url.as_ref().map(|url| format!("{url}{path}"));
    Some(SsoClientConfig {
        jwks_url: if has_key {
            None
        } else {
            Some(
                checked
                    .read("sso.jwks_url")
                    .or_else(|| below("/.well-known/jwks.json"))?,
            )
        },
        revocation: match checked.word("sso.revocation")?.as_str() {
            "redis" => SsoRevocation::Redis,
            "introspection" => SsoRevocation::Introspection {
                url: below("/auth/introspect")?,
                client_id: checked.read("sso.client_id")?,
                client_secret: secrets.client_secret.clone()?,
                cache: checked.read("sso.introspection_cache")?,
            },
            _ => SsoRevocation::SignatureOnly,
        },
        timeout: checked.read("sso.timeout")?,
    })
}

#[cfg(test)]
#[path = "sso_tests.rs"]
mod tests;
