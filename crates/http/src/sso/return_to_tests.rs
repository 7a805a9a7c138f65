use crate::sso::{Redirect, SsoConfig};

fn server(redirects: &[&str], trust_dev_localhost: bool) -> SsoConfig {
    SsoConfig {
        redirects: redirects
            .iter()
            .map(|text| Redirect::parse(text).unwrap())
            .collect(),
        trust_dev_localhost,
        ..SsoConfig::default()
    }
}

fn is_trusted(server: &SsoConfig, text: &str) -> bool {
    server.return_to(text).is_some()
}

#[test]
fn every_address_of_a_trusted_origin_is_trusted() {
    let server = server(
        &["https://app.example.com", "https://other.example.com:8443"],
        false,
    );
    for good in [
        "https://app.example.com",
        "https://app.example.com/",
        "https://app.example.com/a/b?c=d&e=%2F..%2F#f",
        "https://app.example.com/?next=//evil.example",
        "https://other.example.com:8443/x",
    ] {
        let found = server.return_to(good).unwrap_or_else(|| panic!("{good}"));
        assert_eq!(found.address(), good);
        assert!(good.starts_with(found.origin()));
    }
}

#[test]
fn no_disguise_of_another_address_is_trusted() {
    let server = server(&["https://app.example.com"], true);
    for bad in [
        "",
        "/",
        "/profile",
        "//app.example.com",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "app.example.com",
        "https:app.example.com",
        "https:/app.example.com",
        "https:///app.example.com",
        "https:\\\\app.example.com",
        "https://app.example.com\\@evil.example",
        "https://app.example.com\\.evil.example",
        "https://app.example.com@evil.example/",
        "https://user@app.example.com/",
        "https://user:pass@app.example.com/",
        "https://:@app.example.com/",
        "https://app.example.com.evil.example/",
        "https://evil.example/https://app.example.com",
        "https://evilapp.example.com/",
        "https://app.example.com.",
        "https://app.example.com./",
        "http://app.example.com/",
        "https://app.example.com:444/",
        "https://app.example.com:443/",
        "https://app.example.com:/",
        "HTTPS://app.example.com/",
        "https://APP.example.com/",
        "https://app.example.com/../x",
        "https://app.example.com/%2e%2e/x",
        "https://app.example.com/a%2Fb",
        "https://app.example.com/a%5cb",
        "https://app.example.com/a%00",
        "https%3A%2F%2Fapp.example.com",
        "https://app%2eexample.com/",
        "https://app.example.com%2f@evil.example/",
        "https://app.example.com%00.evil.example/",
        " https://app.example.com/",
        "https://app.example.com/ ",
        "https://app.example.com/\r\nSet-Cookie: a=b",
        "https://app.example.com/\t",
        "https://app.example\u{3002}com/",
        "https://\u{ff41}pp.example.com/",
        "https://app.ex\u{e4}mple.com/",
        "javascript:alert(1)",
        "javascript://app.example.com/%0aalert(1)",
        "data:text/html,x",
        "myapp://callback",
        "ftp://app.example.com/",
        "null",
        "http://localhost:5173/",
        "http://dev.localhost/",
        "http://.dev.localhost/",
        "http://appdev.localhost/",
        "http://app.dev.localhost.evil.example/",
        "https://app.dev.localhost/",
        "http://user@app.dev.localhost/",
        "http://127.0.0.1/",
    ] {
        assert!(!is_trusted(&server, bad), "{bad}");
    }
    let long = format!("https://app.example.com/{}", "x".repeat(2048));
    assert!(!is_trusted(&server, &long));
}

#[test]
fn a_path_is_trusted_with_what_is_below_it_and_ends_where_a_segment_does() {
    for path in ["https://app.example.com/after", "https://app.example.com/after/"] {
        let server = server(&[path], false);
        for good in [
            path,
            "https://app.example.com/after/",
            "https://app.example.com/after/x?y",
        ] {
            assert!(is_trusted(&server, good), "{path}: {good}");
        }
        for bad in [
            "https://app.example.com",
            "https://app.example.com/",
            "https://app.example.com/aftermath",
            "https://app.example.com/after/../admin",
            "https://app.example.com/after/%2e%2e/admin",
            "https://app.example.com/after/..%2fadmin",
            "https://app.example.com/After/",
            "https://evil.example/after/",
        ] {
            assert!(!is_trusted(&server, bad), "{path}: {bad}");
        }
    }
}

#[test]
fn the_pages_of_development_are_trusted_only_where_that_was_chosen() {
    for address in ["http://app.dev.localhost:5173/x", "http://a.b.dev.localhost/"] {
        assert!(is_trusted(&server(&[], true), address), "{address}");
        assert!(!is_trusted(&server(&[], false), address), "{address}");
    }
    let trusting = server(&[], true);
    let origins = ["http://app.dev.localhost:5173", "http://app.dev.localhost"];
    assert!(origins.iter().all(|origin| trusting.allows_origin(origin)));
    for bad in [
        "null",
        "http://app.dev.localhost:5173/",
        "http://app.dev.localhost:80",
        "http://APP.dev.localhost",
        "https://app.dev.localhost",
        "http://dev.localhost",
        "http://app.dev.localhost.evil.example",
    ] {
        assert!(!trusting.allows_origin(bad), "{bad}");
    }
}

#[test]
fn what_is_no_plain_address_cannot_be_trusted() {
    for bad in [
        "https://*.example.com",
        "*",
        "https://app.example.com/?x",
        "https://app.example.com/#x",
        "https://App.example.com",
        "https://user@app.example.com",
        "app.example.com",
        "ftp://app.example.com",
    ] {
        assert!(Redirect::parse(bad).is_err(), "{bad}");
    }
}
