//! How requests name their tenant: what the settings say together.

use horizon_auth_core::domain::tenant_hosts::TenantHosts;
#[cfg(feature = "http")]
use horizon_auth_http::config::TenantSource;

use super::address;
use super::check::Checked;
use super::error::{Fault, shown};
use super::rules::effective_public_url;

/// Headers that say something else, or that a proxy in front may set or drop.
const FOREIGN_HEADERS: [&str; 7] = [
    "authorization",
    "cookie",
    "host",
    "origin",
    "x-csrf-token",
    "x-forwarded-for",
    "x-forwarded-host",
];

/// The source in force. `MULTI_TENANT` and `TENANT_EXTRACTOR` of the design are two switches in a row: switched off,
/// the second says nothing, and it says `header` by itself.
fn source(checked: &Checked) -> String {
    match checked.read("tenant.enabled") {
        Some(false) => "fixed".to_owned(),
        Some(true) => checked.word("tenant.source").unwrap_or("header".to_owned()),
        None => checked.word("tenant.source").unwrap_or("fixed".to_owned()),
    }
}

/// Where tenants have hosts of their own; the outer `None` if a value is missing or was wrong.
#[expect(clippy::option_option, reason = "as everything in `build.rs`")]
pub(super) fn hosts(checked: &Checked) -> Option<Option<TenantHosts>> {
    if source(checked) != "subdomain" {
        return Some(None);
    }
    let domain: String = checked.read("tenant.base_domain")?;
    Some(Some(TenantHosts::below(&domain, &effective_public_url(checked)?)))
}

#[cfg(feature = "http")]
pub(super) fn tenant_source(checked: &Checked) -> Option<TenantSource> {
    if let Some(hosts) = hosts(checked)? {
        return Some(TenantSource::Subdomain(hosts));
    }
    if source(checked) != "header" {
        return Some(TenantSource::Fixed);
    }
    if checked.has_failed("tenant.header") {
        return None;
    }
    let name = checked.word("tenant.header").unwrap_or("x-tenant-id".to_owned());
    name.parse().ok().map(TenantSource::Header)
}

/// The name of a header, in lower case.
pub(super) fn header_name(text: &str) -> Result<String, Fault> {
    let lower = text.to_ascii_lowercase();
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if lower.is_empty() || lower.len() > 64 || !lower.bytes().all(token) {
        return Err(Fault::new(
            format!("is {}, not the name of a header", shown(text)),
            "write a name such as \"X-Tenant-ID\"",
        ));
    }
    if FOREIGN_HEADERS.contains(&lower.as_str()) {
        return Err(Fault::new(
            format!("is {}, a header that says something else", shown(text)),
            "write a name of its own, such as \"X-Tenant-ID\"",
        ));
    }
    Ok(lower)
}

/// Reports what does not fit.
pub(super) fn apply(checked: &mut Checked) {
    if checked.has_failed("tenant.source") || checked.has_failed("tenant.enabled") {
        return;
    }
    let source = source(checked);
    if checked.read("tenant.enabled") == Some(true) && source == "fixed" {
        checked.report(
            "tenant.source",
            "is \"fixed\", but tenant.enabled is true",
            "write \"header\" or \"subdomain\", or remove tenant.enabled",
        );
    }
    let switched_off = checked.read("tenant.enabled") == Some(false);
    for (path, needed) in [("tenant.header", "header"), ("tenant.base_domain", "subdomain")] {
        if checked.is_given(path) && source != needed {
            let fix = if switched_off {
                format!("remove it, or remove tenant.enabled and set tenant.source to \"{needed}\"")
            } else {
                format!("set tenant.source to \"{needed}\", or remove it")
            };
            checked.report(
                path,
                format!("is given, but requests name their tenant by {}", by(&source)),
                fix,
            );
        }
    }
    if source != "subdomain" {
        return;
    }
    if !checked.is_given("tenant.base_domain") {
        checked.report(
            "tenant.base_domain",
            "is missing, which tenant.source = \"subdomain\" needs",
            "set tenant.base_domain to \"example.com\" if tenants are at acme.example.com",
        );
    }
    let [cookies, base]: [Option<String>; 2] =
        ["cookie.domain", "tenant.base_domain"].map(|path| checked.read(path));
    if let (Some(cookies), Some(base)) = (cookies, base)
        && address::domain_covers(&cookies, &base)
    {
        checked.report(
            "cookie.domain",
            format!(
                "is \"{cookies}\", so that the cookies of one tenant would go to all tenants below {base}"
            ),
            "remove it: each tenant has a host and cookies of its own",
        );
    }
}

fn by(source: &str) -> &'static str {
    match source {
        "header" => "a header",
        "subdomain" => "their host",
        _ => "nothing: there is one tenant",
    }
}
