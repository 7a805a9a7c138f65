//! `GET /.well-known/jwks.json`.

use axum::http::{Method, Request};
use horizon_auth_testkit::{Answer, TestApp};
use serde_json::Value;

use crate::support::{ANA, app, assert_common_headers, bare, keys, names};

const PATH: &str = "/.well-known/jwks.json";

async fn get(app: &TestApp, if_none_match: &[&str]) -> Answer {
    let mut request = Request::get(PATH);
    for line in if_none_match {
        request = request.header("if-none-match", *line);
    }
    bare(app, request).await
}

#[tokio::test]
async fn the_key_set_is_public_cacheable_and_holds_no_private_member() {
    let app = app().await;
    let answer = get(&app, &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
    assert!(answer.header("etag").starts_with('"') && answer.header("etag").ends_with('"'));
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_common_headers(&answer);

    let body = answer.json();
    assert_eq!(keys(&body), names(["keys"]));
    let [key] = body["keys"].as_array().unwrap().as_slice() else {
        panic!("one key: {body}");
    };
    assert_eq!(keys(key), names(["kty", "n", "e", "alg", "use", "kid"]));
    assert_eq!(
        (&key["kty"], &key["alg"], &key["use"]),
        (&"RSA".into(), &"RS256".into(), &"sig".into())
    );
}

#[tokio::test]
async fn tokens_are_signed_by_a_key_of_the_set() {
    use base64::Engine as _;
    let app = app().await;
    let token = app.register(ANA).await.access_token();
    let header = token.split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(header)
        .unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header["kid"], get(&app, &[]).await.json()["keys"][0]["kid"]);
}

#[tokio::test]
async fn who_has_the_set_already_is_told_so_without_a_body() {
    let app = app().await;
    let full = get(&app, &[]).await;
    let tag = full.header("etag").to_owned();
    let weak = format!("W/{tag}");
    let list = format!(r#""other", {weak} , "third""#);
    let split: &[&str] = &[r#""other""#, &tag];
    for known in [&[tag.as_str()][..], &[&weak], &[&list], &["*"], split] {
        let answer = get(&app, known).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text.as_str()),
            (304, ""),
            "{known:?}"
        );
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(answer.header("cache-control"), full.header("cache-control"));
        assert!(!answer.headers.contains_key("content-type"));
        assert_common_headers(&answer);
    }
    for unknown in [
        r#""other""#,
        "",
        "garbage",
        tag.trim_matches('"'),
        &tag.replace('"', "'"),
    ] {
        let answer = get(&app, &[unknown]).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.text),
            (200, &full.text),
            "{unknown}"
        );
    }
}

#[tokio::test]
async fn the_tag_is_the_same_for_the_same_keys_and_needs_no_token() {
    let (one, other) = (app().await, app().await);
    assert_eq!(
        get(&one, &[]).await.header("etag"),
        get(&other, &[]).await.header("etag")
    );
    let with_bad_token = one.bearer(Method::GET, PATH, "garbage").await;
    assert_eq!(with_bad_token.status, 200);
}

#[tokio::test]
async fn the_age_is_configurable() {
    let mut config = horizon_auth_http::config::HttpConfig::new("http://localhost:3000".into());
    config.jwks_max_age = std::time::Duration::from_secs(60);
    let app = TestApp::with_config(horizon_auth_testkit::TestAuth::new().await, config);
    assert_eq!(get(&app, &[]).await.header("cache-control"), "public, max-age=60");
}
