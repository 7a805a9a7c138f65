//! The pages that a mail's link opens: what they show, and that looking at them changes nothing.

mod links;
mod refused;

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_testkit::{Answer, TestApp};

use crate::support::ANA;

const VERIFY: &str = "/verify-email";
const RESET: &str = "/reset-password";
const PAGES: [&str; 2] = [VERIFY, RESET];
const UNVERIFIED: &str = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NULL";

/// A page for people, whatever it says: headers, language, and nothing that runs or is loaded.
fn assert_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
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
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

async fn verification(app: &TestApp) -> String {
    app.engine.mailed_token(ANA, MailKind::VerifyEmail).await
}
