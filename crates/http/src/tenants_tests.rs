use super::*;
use axum::http::Request;

fn hosts() -> TenantHosts {
    TenantHosts::below("example.com", "https://auth.example.com")
}

/// What a request to `target` with these headers names, by `tenants`.
fn named(
    tenants: &Tenants,
    target: &str,
    headers: &[(&str, &str)],
    from_proxy: bool,
) -> Result<String, Code> {
    let mut request = Request::get(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    tenants.named(&parts, from_proxy).map(|named| match named {
        Named::Nothing => "nothing".to_owned(),
        Named::Fixed => "fixed".to_owned(),
        Named::Tenant(tenant) => tenant.as_str().to_owned(),
    })
}

#[test]
fn a_fixed_tenant_cannot_be_named() {
    let fixed = Tenants::Configured(TenantSource::Fixed);
    for headers in [
        &[][..],
        &[("x-tenant-id", "acme")],
        &[("host", "acme.example.com")],
    ] {
        assert_eq!(named(&fixed, "/", headers, true), Ok("fixed".to_owned()));
    }
}

#[test]
fn one_header_names_the_tenant_and_everything_else_is_refused() {
    let by_header = Tenants::Configured(TenantSource::Header(HeaderName::from_static("x-tenant-id")));
    let given = |headers: &[(&str, &str)]| named(&by_header, "/", headers, false);
    assert_eq!(given(&[]), Ok("nothing".to_owned()));
    assert_eq!(given(&[("X-Tenant-ID", "acme")]), Ok("acme".to_owned()));
    let long = "x".repeat(64);
    for bad in [
        "",
        "ACME",
        "acme,other",
        "a.b",
        "-a",
        "../x",
        "acme other",
        long.as_str(),
    ] {
        assert_eq!(
            given(&[("x-tenant-id", bad)]),
            Err(Code::TenantInvalid),
            "{bad:?}"
        );
    }
    let twice = [("x-tenant-id", "acme"), ("x-tenant-id", "acme")];
    assert_eq!(given(&twice), Err(Code::TenantInvalid));
}

#[test]
fn a_host_names_the_tenant_in_the_header_or_in_the_target() {
    let by_host = Tenants::Configured(TenantSource::Subdomain(hosts()));
    let given = |target: &str, headers: &[(&str, &str)]| named(&by_host, target, headers, false);
    assert_eq!(
        given("/", &[("host", "acme.example.com:443")]),
        Ok("acme".to_owned())
    );
    assert_eq!(given("https://Acme.example.com/", &[]), Ok("acme".to_owned()));
    assert_eq!(
        given("https://acme.example.com/", &[("host", "ACME.example.com.")]),
        Ok("acme".to_owned())
    );
    assert_eq!(
        given("/", &[("host", "auth.example.com")]),
        Ok("nothing".to_owned())
    );
    assert_eq!(given("/", &[("host", "example.com")]), Ok("nothing".to_owned()));
    for (target, headers) in [
        ("/", &[][..]),
        ("/", &[("host", "a.b.example.com")]),
        ("/", &[("host", "192.0.2.7")]),
        ("/", &[("host", "evil.example")]),
        ("/", &[("host", "acme.example.com"), ("host", "acme.example.com")]),
        ("https://acme.example.com/", &[("host", "other.example.com")]),
    ] {
        assert_eq!(
            given(target, headers),
            Err(Code::TenantInvalid),
            "{target} {headers:?}"
        );
    }
}

#[test]
fn only_a_proxy_that_is_believed_says_which_host_was_asked_for() {
    let by_host = Tenants::Configured(TenantSource::Subdomain(hosts()));
    let headers = [
        ("host", "acme.example.com"),
        ("x-forwarded-host", "other.example.com"),
    ];
    assert_eq!(named(&by_host, "/", &headers, false), Ok("acme".to_owned()));
    assert_eq!(named(&by_host, "/", &headers, true), Ok("other".to_owned()));
    assert_eq!(named(&by_host, "/", &headers[..1], true), Ok("acme".to_owned()));
    let several = [
        ("host", "acme.example.com"),
        ("x-forwarded-host", "a.example.com, b.example.com"),
    ];
    assert_eq!(named(&by_host, "/", &several, true), Err(Code::TenantInvalid));
}

#[test]
fn a_closure_names_what_it_likes_as_long_as_it_is_a_name() {
    let by_path = Tenants::Custom(Arc::new(|parts: &Parts| {
        let first = parts.uri.path().split('/').nth(1)?;
        (!first.is_empty()).then(|| first.to_owned())
    }));
    assert_eq!(named(&by_path, "/acme/login", &[], false), Ok("acme".to_owned()));
    assert_eq!(named(&by_path, "/", &[], false), Ok("nothing".to_owned()));
    assert_eq!(named(&by_path, "/ACME", &[], false), Err(Code::TenantInvalid));
    assert_eq!(format!("{by_path:?}"), "Custom");
}
