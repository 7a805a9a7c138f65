use std::path::PathBuf;

use super::tests::{problem, with};
use super::*;

fn tenant(lines: &str) -> String {
    format!("public_url = \"http://localhost:3000\"\n[tenant]\n{lines}")
}

fn from_env(pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    Config::load(Sources {
        file: None,
        env: [("DATABASE_URL", "sqlite:auth.db")]
            .iter()
            .chain(pairs)
            .map(own)
            .collect(),
        base_dir: PathBuf::new(),
    })
}

/// The source in force, and the header or the origin of the tenant `acme`.
#[cfg(feature = "http")]
fn source(config: &Config) -> (&'static str, String) {
    use horizon_auth_core::domain::tenant::TenantId;
    use horizon_auth_http::config::TenantSource;

    match &config.http.tenant {
        TenantSource::Fixed => ("fixed", String::new()),
        TenantSource::Header(name) => ("header", name.as_str().to_owned()),
        TenantSource::Subdomain(hosts) => {
            assert_eq!(config.policy.tenant_hosts.as_ref(), Some(hosts));
            ("subdomain", hosts.origin(&TenantId::parse("acme").unwrap()))
        }
    }
}

#[cfg(feature = "http")]
#[test]
fn the_source_is_fixed_a_header_or_a_subdomain() {
    for (lines, expected) in [
        ("", ("fixed", "")),
        ("source = \"fixed\"", ("fixed", "")),
        ("enabled = false", ("fixed", "")),
        ("enabled = false\nsource = \"header\"", ("fixed", "")),
        ("enabled = true", ("header", "x-tenant-id")),
        ("source = \"header\"", ("header", "x-tenant-id")),
        (
            "source = \"header\"\nheader = \"X-Customer\"",
            ("header", "x-customer"),
        ),
        (
            "source = \"subdomain\"\nbase_domain = \"Example.com:8443\"",
            ("subdomain", "http://acme.example.com:3000"),
        ),
        (
            "enabled = true\nsource = \"subdomain\"\nbase_domain = \"app.localhost\"",
            ("subdomain", "http://acme.app.localhost:3000"),
        ),
    ] {
        let config = with(&tenant(lines)).unwrap_or_else(|errors| panic!("{lines}: {errors}"));
        assert_eq!(source(&config), (expected.0, expected.1.to_owned()), "{lines}");
    }
}

#[cfg(feature = "http")]
#[test]
fn the_variables_of_the_design_are_two_switches_in_a_row() {
    for (env, expected) in [
        (
            &[("MULTI_TENANT", "false"), ("TENANT_EXTRACTOR", "header")][..],
            "fixed",
        ),
        (&[("MULTI_TENANT", "true")], "header"),
        (
            &[("MULTI_TENANT", "true"), ("TENANT_EXTRACTOR", "header")],
            "header",
        ),
        (
            &[
                ("MULTI_TENANT", "true"),
                ("TENANT_EXTRACTOR", "subdomain"),
                ("HORIZON_AUTH__TENANT__BASE_DOMAIN", "example.com"),
            ],
            "subdomain",
        ),
    ] {
        let config = from_env(env).unwrap_or_else(|errors| panic!("{env:?}: {errors}"));
        assert_eq!(source(&config).0, expected, "{env:?}");
    }
    let custom = problem(from_env(&[
        ("MULTI_TENANT", "true"),
        ("TENANT_EXTRACTOR", "custom"),
    ]));
    assert!(custom.starts_with("tenant.source is \"custom\""), "{custom}");
}

#[test]
fn a_base_domain_is_a_dns_name_of_two_labels() {
    for domain in [
        "localhost",
        "192.0.2.1",
        "[::1]",
        "https://example.com",
        "example.com/x",
        ".example.com",
        "a..b",
        "*.example.com",
    ] {
        let line = problem(with(&tenant(&format!(
            "source = \"subdomain\"\nbase_domain = \"{domain}\""
        ))));
        assert!(line.starts_with("tenant.base_domain is "), "{domain}: {line}");
    }
}

#[test]
fn a_header_has_a_name_of_its_own() {
    for header in [
        "X Tenant",
        "Host",
        "Authorization",
        "cookie",
        "X-Forwarded-Host",
        "x:y",
    ] {
        let line = problem(with(&tenant(&format!(
            "source = \"header\"\nheader = \"{header}\""
        ))));
        assert!(line.starts_with("tenant.header is "), "{header}: {line}");
    }
}

#[test]
fn what_does_not_fit_the_source_is_reported_with_the_fix() {
    for (lines, start, fix) in [
        (
            "source = \"subdomain\"",
            "tenant.base_domain is missing, which tenant.source = \"subdomain\" needs",
            "set tenant.base_domain to \"example.com\"",
        ),
        (
            "base_domain = \"example.com\"",
            "tenant.base_domain is given, but requests name their tenant by nothing",
            "set tenant.source to \"subdomain\"",
        ),
        (
            "source = \"header\"\nbase_domain = \"example.com\"",
            "tenant.base_domain is given, but requests name their tenant by a header",
            "set tenant.source to \"subdomain\"",
        ),
        (
            "source = \"subdomain\"\nbase_domain = \"example.com\"\nheader = \"X-Tenant\"",
            "tenant.header is given, but requests name their tenant by their host",
            "set tenant.source to \"header\"",
        ),
        (
            "enabled = false\nsource = \"header\"\nheader = \"X-Tenant\"",
            "tenant.header is given, but requests name their tenant by nothing",
            "remove tenant.enabled",
        ),
        (
            "enabled = true\nsource = \"fixed\"",
            "tenant.source is \"fixed\", but tenant.enabled is true",
            "remove tenant.enabled",
        ),
    ] {
        let line = problem(with(&tenant(lines)));
        assert!(line.starts_with(start) && line.contains(fix), "{lines}: {line}");
    }
}

#[test]
fn cookies_of_one_tenant_never_go_to_all() {
    let cookies = "public_url = \"http://auth.example.com\"\n[cookie]\ndomain = \"example.com\"\n";
    let tenants = "[tenant]\nsource = \"subdomain\"\nbase_domain = \"example.com\"";
    let line = problem(with(&format!("{cookies}{tenants}")));
    assert!(
        line.starts_with("cookie.domain is \"example.com\", so that the cookies of one tenant"),
        "{line}"
    );
}
