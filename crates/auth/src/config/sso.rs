//! The three modes (decision D4): what each needs, what it must not be given, and how it is read.

use std::path::Path;
use std::time::Duration;

use super::check::Checked;
use super::keys;
use super::secret::SecretText;
use super::sso_client;
use super::sso_server;

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
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "only routes look at it"))]
    pub(super) clients: Vec<SecretText>,
    pub(super) client_secret: Option<SecretText>,
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
        Mode::SsoServer => sso_server::apply(checked, secrets),
        Mode::SsoClient => sso_client::apply(checked, secrets),
    }
}

fn misplaced(checked: &mut Checked, paths: &[&str], mode: &str) {
    for path in paths {
        // What was wrong by itself has been reported.
        if checked.is_given(path) && !checked.has_failed(path) {
            checked.report(
                path,
                format!("is given, but only mode = \"{mode}\" looks at it"),
                format!("write mode = \"{mode}\", or remove it"),
            );
        }
    }
}

#[cfg(test)]
#[path = "sso_tests.rs"]
mod tests;
