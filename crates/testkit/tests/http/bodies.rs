//! Request bodies: declared, bounded, in time, and JSON objects.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use horizon_auth_core::error::Code;
use horizon_auth_http::config::HttpConfig;
use horizon_auth_http::extract::LateBody;
use horizon_auth_testkit::{TestApp, TestAuth};
use http_body_util::BodyExt as _;

use crate::support::{ANA, app, assert_problem, credentials, json_text, messages, raw};

const REGISTER: &str = "/auth/register";
const BOTH: [&str; 2] = [REGISTER, "/auth/login"];
const GOOD: &str = r#"{"email":"ana@example.com","password":"correct horse battery staple"}"#;

/// A body that sends its chunks one by one, without announcing its length, and may never end.
struct Chunks {
    left: Vec<Bytes>,
    stalls: bool,
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        match self.left.pop() {
            Some(chunk) => Poll::Ready(Some(Ok(http_body::Frame::data(chunk)))),
            None if self.stalls => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

/// A body that never comes.
pub(crate) fn stalled() -> Body {
    chunks(Vec::new(), true)
}

fn chunks(left: Vec<Bytes>, stalls: bool) -> Body {
    Body::new(Chunks { left, stalls }.map_err(|never| match never {}))
}

#[tokio::test]
async fn only_json_is_read() {
    let app = app().await;
    for path in BOTH {
        for declared in [
            None,
            Some(""),
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("application/jsonp"),
            Some("application/json-patch+json"),
            Some("text/json"),
            Some("application/json; charset=iso-8859-1"),
            Some("application/json; charset=utf-16"),
            Some("text/plain; application/json"),
        ] {
            let answer = raw(&app, path, declared, GOOD).await;
            assert_problem(&answer, Code::UnsupportedMediaType, path);
        }
    }
    assert_eq!(app.engine.database.number("SELECT COUNT(*) FROM users").await, 0);
}

#[tokio::test]
async fn json_may_be_declared_in_every_legal_way() {
    let app = app().await;
    app.register(ANA).await;
    for declared in [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=\"UTF-8\"",
        "application/json; profile=x; charset=utf-8",
    ] {
        let answer = raw(&app, "/auth/login", Some(declared), GOOD).await;
        assert_eq!(answer.status, 200, "{declared}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_malformed() {
    let app = app().await;
    let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
    for path in BOTH {
        for text in [
            "",
            " ",
            "{",
            "nonsense",
            "\u{feff}{}",
            "{'email':'a'}",
            r#"{"email":"a",}"#,
            r#"{"email" "a"}"#,
            r#"{"email":NaN}"#,
            r#"{"email":Infinity}"#,
            r#"{"email":1e999}"#,
            r#"{"email":"\ud800"}"#,
            r#"{"email":"\udc00\ud800"}"#,
            "{\"email\":\"a\nb\"}",
            r#"{"email":"a"} x"#,
            r#"{"email":"a"}{}"#,
            "{} // comment",
            deep.as_str(),
        ] {
            let answer = json_text(&app, path, text).await;
            assert_problem(&answer, Code::MalformedJson, path);
        }
        let latin1 = raw(&app, path, Some("application/json"), &b"{\"email\":\"\xe9\"}"[..]).await;
        assert_problem(&latin1, Code::MalformedJson, path);
    }
}

#[tokio::test]
async fn json_that_is_no_object_or_names_a_field_twice_breaks_a_rule() {
    let app = app().await;
    for path in BOTH {
        for text in [
            "[]",
            "[{}]",
            "null",
            "true",
            "12",
            r#""text""#,
            r#"{"email":"a@example.com","email":"b@example.com","password":"12345678"}"#,
            r#"{"email":"a@example.com","\u0065mail":"b@example.com","password":"12345678"}"#,
            r#"{"unknown":1,"unknown":1}"#,
        ] {
            let answer = json_text(&app, path, text).await;
            assert_problem(&answer, Code::InvalidInput, path);
            let rule = "Body must be a JSON object in which no field appears twice";
            assert_eq!(messages(&answer), [rule], "{text}");
        }
    }
}

#[tokio::test]
async fn field_names_are_taken_letter_by_letter() {
    let app = app().await;
    let answer = json_text(
        &app,
        REGISTER,
        r#"{"Email":"a@example.com","PASSWORD":"12345678","full_name":7}"#,
    )
    .await;
    assert_eq!(messages(&answer), ["Email is required", "Password is required"]);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_announced_or_not() {
    let app = app().await;
    let largest = 16 * 1024;
    for path in BOTH {
        let announced = Request::post(path)
            .header("content-type", "application/json")
            .header("content-length", largest + 1);
        // Nothing is read: the body would never come.
        let answer = app.send(announced.body(chunks(vec![], true)).unwrap()).await;
        assert_problem(&answer, Code::PayloadTooLarge, path);

        let half = Bytes::from(vec![b' '; largest / 2 + 1]);
        let chunked = chunks(vec![half.clone(), half], true);
        let answer = raw(&app, path, Some("application/json"), chunked).await;
        assert_problem(&answer, Code::PayloadTooLarge, path);
    }
    let fits = GOOD.to_owned() + &" ".repeat(largest - GOOD.len());
    assert_eq!(json_text(&app, REGISTER, fits.clone()).await.status, 201);
    assert_problem(
        &json_text(&app, REGISTER, fits + " ").await,
        Code::PayloadTooLarge,
        REGISTER,
    );
}

#[tokio::test]
async fn a_body_in_pieces_is_one_body() {
    let app = app().await;
    let pieces: Vec<Bytes> = GOOD.bytes().rev().map(|byte| Bytes::from(vec![byte])).collect();
    let answer = raw(&app, REGISTER, Some("application/json"), chunks(pieces, false)).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up() {
    let mut config = HttpConfig::new("http://localhost:3000".into());
    config.body_timeout = Duration::from_millis(50);
    let app = TestApp::with_config(TestAuth::new().await, config);
    for path in BOTH {
        let stalled = chunks(vec![Bytes::from_static(b"{\"email\":")], true);
        let answer = raw(&app, path, Some("application/json"), stalled).await;
        assert_problem(&answer, Code::RequestTimeout, path);
    }
    let cookie = app.register(ANA).await.cookie();
    let request = Request::post("/auth/refresh").header("cookie", &cookie);
    let answer = app.send(request.body(chunks(vec![], true)).unwrap()).await;
    assert_problem(&answer, Code::RequestTimeout, "/auth/refresh");
    let again = crate::support::refresh(&app, &cookie).await;
    assert_eq!(again.status, 200, "the token was not used up");
}

#[tokio::test]
async fn a_declared_but_wrong_type_is_refused_before_anything_is_counted_or_read() {
    let app = app().await;
    let answer = raw(&app, REGISTER, Some("text/plain"), chunks(vec![], true)).await;
    assert_problem(&answer, Code::UnsupportedMediaType, REGISTER);
}

#[tokio::test]
async fn answers_never_quote_the_request() {
    let app = app().await;
    let marker = "canary-7f3a";
    let bodies = [
        format!(r#"{{"email":"{marker}","password":"{marker}","{marker}":1}}"#),
        format!(r#"{{"email":"{marker}"#),
        format!(r#""{marker}""#),
        credentials("a@example.com", marker)
            .to_string()
            .replace("canary", "\\u0000canary\\ud800"),
    ];
    for path in BOTH {
        for body in &bodies {
            let answer = json_text(&app, path, body.clone()).await;
            if answer.status.is_client_error() {
                assert!(!answer.text.contains(marker), "{}", answer.text);
            }
        }
    }
}

#[tokio::test]
async fn a_front_end_that_waited_in_vain_is_answered_where_the_body_would_be_read() {
    let app = app().await;
    let late = |path: &str, declared: &str| {
        let request = Request::post(path).header("content-type", declared);
        request.extension(LateBody).body(Body::empty()).unwrap()
    };
    for path in BOTH {
        let answer = app.send(late(path, "application/json")).await;
        assert_problem(&answer, Code::RequestTimeout, path);
        let answer = app.send(late(path, "text/plain")).await;
        assert_problem(&answer, Code::UnsupportedMediaType, path);
    }
    let closed = "/auth/password/change";
    let answer = app.send(late(closed, "application/json")).await;
    assert_problem(&answer, Code::TokenMissing, closed);
}
