//! The pages that a mail's link opens: what they show, and that looking at them changes nothing.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::policy::VerificationProof;
use horizon_auth_testkit::{Answer, Kind, TestApp, TestAuth, both_engines};

use crate::support::{
    ANA, OTHER_PASSWORD, PASSWORD, UNKNOWN_TOKEN, app, app_with, bare, headers, login_status, names, profile,
    secure_app,
};

const VERIFY: &str = "/verify-email";
const RESET: &str = "/reset-password";
const PAGES: [&str; 2] = [VERIFY, RESET];
const UNVERIFIED: &str = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NULL";
const FORM: &str = "application/x-www-form-urlencoded";

/// A page for people, whatever it says: headers, language, and nothing that runs or is loaded.
fn assert_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
    assert!(answer.header("x-request-id").parse::<uuid::Uuid>().is_ok());
    assert!(!answer.headers.contains_key("set-cookie"));
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains("script-src"),
        "{policy}"
    );
    if answer.text.is_empty() {
        return; // the answer to a HEAD
    }
    assert!(answer.text.starts_with("<!doctype html>\n<html lang=\"en\">"));
    let (_, style) = answer.text.split_once("<style>").unwrap();
    let (style, _) = style.split_once("</style>").unwrap();
    let hash = STANDARD.encode(digest(&SHA256, style.as_bytes()));
    assert!(
        policy.contains(&format!("style-src 'sha256-{hash}'")),
        "the policy names the style"
    );
    let lower = answer.text.to_lowercase();
    for active in [
        "<script",
        "javascript:",
        " on",
        "<img",
        "<link",
        "src=",
        "http://",
        "https://",
        "@import",
        "url(",
    ] {
        let found = lower
            .match_indices(active)
            .find(|(at, _)| active != " on" || is_handler(&lower[*at..]));
        assert!(found.is_none(), "{active} in {}", answer.text);
    }
    assert!(!lower.contains(" style="), "the policy would refuse it");
}

/// Whether ` on…` begins an attribute such as `onclick=`.
fn is_handler(text: &str) -> bool {
    let word = text
        .trim_start()
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or("");
    text.trim_start()[word.len()..].starts_with('=')
}

fn has_form(answer: &Answer, field: &str) -> bool {
    answer.text.contains(r#"<form method="post""#) && answer.text.contains(&format!(r#"name="{field}""#))
}

async fn form(app: &TestApp, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let encoded = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", percent(value)));
    app.form(path, &encoded.collect::<Vec<_>>().join("&")).await
}

/// As browsers encode a value, only more of it.
fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

async fn verification(app: &TestApp) -> String {
    app.engine.mailed_token(ANA, MailKind::VerifyEmail).await
}

both_engines! {
    a_verification_page_confirms_with_its_button_and_not_before => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = verification(&app).await;
        let link = app.engine.mailbox.to(ANA)[0].link.clone().unwrap();
        let path = link.strip_prefix("http://localhost:3000").unwrap();
        let before = app.engine.database.dump().await;

        // Scanners follow links, some of them often and from many places.
        for _ in 0..5 {
            let page = app.open(path).await;
            assert_page(&page, 200);
            assert!(has_form(&page, "token") && page.text.contains(&token));
            assert_page(&bare(&app, Request::head(path)).await, 200);
        }
        assert_eq!(app.engine.database.dump().await, before, "looking changes nothing at all");
        assert_eq!(profile(&app, &ana.access_token()).await.status, 200);

        let done = form(&app, VERIFY, &[("token", &token)]).await;
        assert_page(&done, 200);
        assert!(done.text.contains("Your e-mail address is confirmed"));
        assert!(!done.text.contains(&token));
        assert_eq!(app.engine.database.number(UNVERIFIED).await, 0);
        assert_eq!(profile(&app, &ana.access_token()).await.code(), "token_revoked");
        assert_page(&form(&app, VERIFY, &[("token", &token)]).await, 400);
    };

    a_reset_page_sets_the_password_with_its_button_and_not_before => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = app.engine.reset_token(ANA).await;
        let before = app.engine.database.dump().await;
        let page = app.open(&format!("{RESET}?token={token}")).await;
        assert_page(&page, 200);
        assert!(has_form(&page, "newPassword") && page.text.contains(&token));
        assert_eq!(app.engine.database.dump().await, before);

        let chosen = "Zoë & <b>\"100% + 1 = 2\"</b>";
        let done = form(&app, RESET, &[("token", &token), ("newPassword", chosen)]).await;
        assert_page(&done, 200);
        assert!(done.text.contains("Your password has been replaced"));
        assert_eq!(profile(&app, &ana.access_token()).await.code(), "token_revoked");
        assert_eq!(login_status(&app, ANA, PASSWORD).await, 401);
        assert_eq!(login_status(&app, ANA, chosen).await, 200, "a form and JSON mean the same password");
        assert_page(&form(&app, RESET, &[("token", &token), ("newPassword", chosen)]).await, 400);
    };
}

#[tokio::test]
async fn a_dead_link_gets_a_friendly_page_without_the_token() {
    let app = app().await;
    app.register(ANA).await;
    let expired = app.engine.reset_token(ANA).await;
    app.engine.clock.advance(std::time::Duration::from_secs(3600));
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
async fn a_page_without_a_token_asks_for_the_address_and_answers_everybody_alike() {
    let app = app().await;
    app.register(ANA).await;
    app.engine.deliver_all().await;
    for (path, kind) in [(VERIFY, MailKind::VerifyEmail), (RESET, MailKind::ResetPassword)] {
        let page = app.open(path).await;
        assert_page(&page, 200);
        assert!(has_form(&page, "email") && page.text.contains(&format!(r#"action="{path}""#)));

        let before = app.engine.mailbox.all().len();
        let known = form(&app, path, &[("email", ANA)]).await;
        let unknown = form(&app, path, &[("email", "nobody@example.com")]).await;
        assert_page(&known, 200);
        assert_eq!((&known.text, headers(&known)), (&unknown.text, headers(&unknown)));
        assert!(!known.text.contains(ANA));
        app.engine.deliver_all().await;
        let sent: Vec<_> = app.engine.mailbox.all()[before..]
            .iter()
            .map(|mail| mail.kind)
            .collect();
        assert_eq!(sent, [kind]);
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
async fn a_refused_password_shows_the_form_again_and_never_the_password() {
    let app = app().await;
    app.register(ANA).await;
    for (path, token) in [
        (VERIFY, verification(&app).await),
        (RESET, app.engine.reset_token(ANA).await),
    ] {
        let page = form(&app, path, &[("token", &token), ("newPassword", "s3cret!")]).await;
        assert_page(&page, 400);
        assert!(
            page.text.contains("New password must be at least 8 characters"),
            "{}",
            page.text
        );
        assert!(page.text.contains(r#"role="alert""#) && has_form(&page, "newPassword"));
        assert!(!page.text.contains("s3cret!"));
        assert!(page.text.contains(&token), "the form can be sent again");
        let twice = [
            ("token", token.as_str()),
            ("newPassword", OTHER_PASSWORD),
            ("newPassword", PASSWORD),
        ];
        assert_page(&form(&app, path, &twice).await, 400);
    }
    let token = app.engine.reset_token(ANA).await;
    assert_page(&form(&app, RESET, &[("token", &token)]).await, 400);
    assert_page(
        &form(&app, RESET, &[("token", &token), ("newPassword", OTHER_PASSWORD)]).await,
        200,
    );
}

#[tokio::test]
async fn the_verification_page_asks_for_the_password_where_the_policy_does() {
    let app = app_with(|policy| policy.verification_proof = VerificationProof::Password).await;
    app.register(ANA).await;
    let token = verification(&app).await;
    let page = app.open(&format!("{VERIFY}?token={token}")).await;
    assert_page(&page, 200);
    assert!(has_form(&page, "password") && has_form(&page, "newPassword"));

    assert_page(&form(&app, VERIFY, &[("token", &token)]).await, 400);
    let wrong = form(&app, VERIFY, &[("token", &token), ("password", "a guess")]).await;
    assert_page(&wrong, 403);
    assert!(wrong.text.contains("password is not correct") && !wrong.text.contains("a guess"));
    assert_eq!(app.engine.database.number(UNVERIFIED).await, 1);
    assert_page(
        &form(&app, VERIFY, &[("token", &token), ("password", PASSWORD)]).await,
        200,
    );
    assert_eq!(app.engine.database.number(UNVERIFIED).await, 0);
}

#[tokio::test]
async fn the_other_way_of_the_verification_page_takes_the_account_over() {
    let app = app().await;
    app.register(ANA).await;
    let token = verification(&app).await;
    let page = app.open(&format!("{VERIFY}?token={token}")).await;
    assert!(page.text.contains("I did not create this account") && has_form(&page, "newPassword"));
    let done = form(
        &app,
        VERIFY,
        &[("token", &token), ("newPassword", OTHER_PASSWORD)],
    )
    .await;
    assert_page(&done, 200);
    assert_eq!(login_status(&app, ANA, PASSWORD).await, 401);
    assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200);
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
            assert_eq!(
                allowed.collect::<std::collections::BTreeSet<_>>(),
                names(["GET", "HEAD", "POST"])
            );
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
