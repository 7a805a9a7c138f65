//! What an application needs whose people log in elsewhere, and how it is read.

use super::address;
use super::check::Checked;
use super::redis;
use super::sso::{SsoClientConfig, SsoRevocation, SsoSecrets, believes_cookies};

/// Reports what does not fit.
pub(super) fn apply(checked: &mut Checked, secrets: &SsoSecrets) {
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

/// What an application needs; `None` if a value is missing or was wrong.
pub(super) fn build(checked: &Checked, secrets: &SsoSecrets, has_key: bool) -> Option<SsoClientConfig> {
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
