//! What a server for single sign-on needs, and how it is read.

#[cfg(feature = "http")]
use horizon_auth_http::sso::{Redirect, ServiceClient, SsoConfig};

use super::address;
use super::check::Checked;
use super::rules::{effective_public_url, is_production};
#[cfg(feature = "http")]
use super::secret::SecretText;
use super::sso::{SsoSecrets, believes_cookies};

/// Reports what does not fit.
pub(super) fn apply(checked: &mut Checked, secrets: &SsoSecrets) {
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

/// What a server shares.
#[cfg(feature = "http")]
pub(super) fn build(checked: &Checked, secrets: &SsoSecrets) -> Option<SsoConfig> {
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
