//! Attempts on the page that fail: what is told, and what is kept.

use horizon_auth_core::domain::limits::{Limits, Rate};
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::Answer;

use super::{server, server_with};
use crate::support::{ANA, PASSWORD};

const BACK: &str = "https://app.example.com/orders";

fn form(email: &str, password: &str) -> String {
    let email = email.replace('@', "%40");
    let password = password.replace(' ', "+");
    format!("email={email}&password={password}&return_to=https%3A%2F%2Fapp.example.com%2Forders")
}

/// A page that still knows where somebody came from, and no password.
fn assert_kept(answer: &Answer, email: &str, password: &str) {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(
        answer
            .text
            .contains(&format!("name=\"return_to\" value=\"{BACK}\"")),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains(&format!("value=\"{email}\"")),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains(password), "{}", answer.text);
    assert!(answer.text.contains("role=\"alert\""));
    assert!(
        answer
            .header("content-security-policy")
            .contains("'self' https://app.example.com;")
    );
    assert!(!answer.headers.contains_key("set-cookie"));
    assert!(!answer.headers.contains_key("location"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike_and_the_next_attempt_still_leads_back() {
    let app = server(Profile::Token).await;
    app.register(ANA).await;
    for email in [ANA, "nobody@example.com"] {
        let answer = app.form("/login", &form(email, "a wrong guess")).await;
        assert_eq!(answer.status, 401);
        assert!(answer.text.contains("Invalid credentials"));
        assert_kept(&answer, email, "a wrong guess");
    }
    let answer = app.form("/login", &form(ANA, PASSWORD)).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, BACK));
}

#[tokio::test]
async fn what_is_no_address_is_told_and_shown_again() {
    let app = server(Profile::Token).await;
    let answer = app
        .form("/login", &form("not-an-address", "whatever it is"))
        .await;
    assert_eq!(answer.status, 400);
    assert_kept(&answer, "not-an-address", "whatever it is");
    let hostile = app.form("/login", "email=%22%3E%3Cb%3E&password=x").await;
    assert!(!hostile.text.contains("<b>"), "{}", hostile.text);
}

#[tokio::test]
async fn too_many_attempts_are_told_with_the_time_to_wait() {
    let app = server_with(Profile::Token, |policy| {
        policy.limits = Limits {
            login: Some(Rate::per_seconds(1, 60)),
            ..Limits::OFF
        };
    })
    .await;
    app.form("/login", &form(ANA, "a wrong guess")).await;
    let answer = app.form("/login", &form(ANA, "a wrong guess")).await;
    assert_eq!(answer.status, 429);
    assert!(answer.headers.contains_key("retry-after"));
    assert_kept(&answer, ANA, "a wrong guess");
}

#[tokio::test]
async fn an_address_that_is_not_proved_logs_nobody_in_where_that_is_required() {
    let app = server_with(Profile::Token, |policy| policy.require_verified_email = true).await;
    app.register(ANA).await;
    let answer = app.form("/login", &form(ANA, PASSWORD)).await;
    assert_eq!(answer.status, 403);
    assert_kept(&answer, ANA, PASSWORD);
}
