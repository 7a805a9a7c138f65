//! Pages that say no: dead links, other sites, other methods, limits.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::{Method, Request};
use horizon_auth_core::domain::limits::Limits;

use super::{PAGES, RESET, UNVERIFIED, VERIFY, assert_page, form, verification};
use crate::support::{
    ANA, OTHER_PASSWORD, PASSWORD, UNKNOWN_TOKEN, app, app_with, bare, login_status, names, secure_app,
};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_dead_link_gets_a_friendly_page_without_the_token() {
    let app = app().await;
    app.register(ANA).await;
    let expired = app.engine.reset_token(ANA).await;
    app.engine.clock.advance(Duration::from_secs(3600));
    for path in PAGES {
        for dead in [
            UNKNOWN_TOKEN,
            &expired,
            "x",
            "",
            "<script>alert(1)</script>",
            "%00",
            "\u{202e}",
        ] {
            let fields = [("token", dead), ("newPassword", OTHER_PASSWORD)];
            let page = form(&app, path, &fields).await;
            assert_page(&page, 400);
            assert!(page.text.contains("This link is invalid or has expired"));
            assert!(
                page.text.contains(&format!(r#"<a href="{path}">"#)),
                "the way to another link"
            );
            assert!(
                dead.len() < 2 || !page.text.contains(dead),
                "{dead} in {}",
                page.text
            );
            assert!(!page.text.contains("<form"));
        }
    }
    assert_eq!(login_status(&app, ANA, PASSWORD).await, 200);
}

#[tokio::test]
async fn a_link_that_cannot_be_ours_is_told_at_once() {
    let app = app().await;
    for path in PAGES {
        let doubled = format!("token={UNKNOWN_TOKEN}&token={UNKNOWN_TOKEN}");
        for query in [
            "token=x",
            "token=",
            "token",
            "token=%3Cscript%3E",
            "token=%ff",
            &doubled,
        ] {
            let page = app.open(&format!("{path}?{query}")).await;
            assert_page(&page, 400);
            assert!(!page.text.contains("<form") && !page.text.contains("script"));
            assert!(!page.text.contains(UNKNOWN_TOKEN));
        }
        // A link may have got further parameters on its way.
        let tracked = app
            .open(&format!("{path}?utm_source=x&token={UNKNOWN_TOKEN}&fbclid=y"))
            .await;
        assert_page(&tracked, 200);
    }
}

#[tokio::test]
async fn what_people_write_comes_back_as_text_and_not_as_html() {
    let app = app().await;
    for path in PAGES {
        let evil = r#""><script>alert('x')</script>&amp;"#;
        let page = form(&app, path, &[("email", evil)]).await;
        assert_page(&page, 400);
        assert!(page.text.contains("Email must be a valid address"));
        assert!(page.text.contains("&#34;&#62;&#60;script&#62;"), "{}", page.text);
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused_and_links_from_them_are_not() {
    let app = secure_app().await;
    app.register(ANA).await;
    let token = verification(&app).await;
    let submit = |name: &'static str, value: &'static str| {
        Request::post(VERIFY)
            .header("content-type", FORM)
            .header(name, value)
    };
    let body = format!("token={token}");
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = submit(name, value).body(body.clone().into()).unwrap();
        assert_page(&app.send(request).await, 403);
    }
    assert_eq!(app.engine.database.number(UNVERIFIED).await, 1);
    let from_webmail = Request::get(format!("{VERIFY}?token={token}")).header("sec-fetch-site", "cross-site");
    let page = bare(&app, from_webmail).await;
    assert_page(&page, 200);
    assert!(page.header("strict-transport-security").starts_with("max-age="));
    // With `no-referrer` a browser says `Origin: null` even on its way home, and where it comes from beside it.
    let request = submit("sec-fetch-site", "same-origin").header("origin", "null");
    assert_page(&app.send(request.body(body.into()).unwrap()).await, 200);
}

#[tokio::test]
async fn other_methods_and_other_bodies_get_pages_too() {
    let app = app().await;
    for path in PAGES {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let answer = bare(&app, Request::builder().method(method).uri(path)).await;
            assert_page(&answer, 405);
            let allowed = answer
                .header("allow")
                .split(',')
                .map(|name| name.trim().to_owned());
            assert_eq!(allowed.collect::<BTreeSet<_>>(), names(["GET", "HEAD", "POST"]));
        }
        let json = app
            .post(path, serde_json::json!({ "token": UNKNOWN_TOKEN }))
            .await;
        assert_page(&json, 400);
        let huge = app.form(path, &"a".repeat(100_000)).await;
        assert_page(&huge, 413);
        assert_page(&app.form(path, "").await, 400);
    }
}

#[tokio::test]
async fn the_limits_of_the_routes_hold_for_the_pages() {
    let app = app_with(|policy| policy.limits = Limits::default()).await;
    app.register(ANA).await;
    for path in PAGES {
        for _ in 0..3 {
            assert_page(&form(&app, path, &[("email", ANA)]).await, 200);
        }
        let refused = form(&app, path, &[("email", ANA)]).await;
        assert_page(&refused, 429);
        assert_eq!(refused.header("retry-after"), "3600");
    }
    let token = app.engine.reset_token(ANA).await;
    for number in 0..10 {
        let path = PAGES[number % 2];
        let fields = [("token", UNKNOWN_TOKEN), ("newPassword", OTHER_PASSWORD)];
        assert_page(&form(&app, path, &fields).await, 400);
    }
    let refused = form(&app, RESET, &[("token", &token), ("newPassword", OTHER_PASSWORD)]).await;
    assert_page(&refused, 429);
    // Opening a page is free.
    assert_page(&app.open(&format!("{RESET}?token={token}")).await, 200);
}
