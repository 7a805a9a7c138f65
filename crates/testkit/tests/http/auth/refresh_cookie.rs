//! The refresh cookie, letter by letter.

use axum::http::Method;
use horizon_auth_core::error::Code;
use horizon_auth_http::config::{CookieConfig, HttpConfig};
use horizon_auth_testkit::{TestApp, TestAuth};

use crate::support::{
    ANA, ORIGIN, app, assert_pair, assert_problem, bare, login, refresh, secure_app, with_cookie,
};

const PATH: &str = "/auth/refresh";
const WEEK: u64 = 7 * 24 * 3600;

#[tokio::test]
async fn over_plain_http_the_cookie_is_neither_secure_nor_prefixed() {
    let app = app().await;
    let registered = app.register(ANA).await;
    let logged_in = login(&app, ANA).await;
    let refreshed = refresh(&app, &logged_in.cookie()).await;
    for answer in [registered, logged_in, refreshed] {
        let pair = answer.cookie();
        assert!(pair.starts_with("refresh_token=hzr_"), "{pair}");
        let attributes = format!("; Path=/auth/refresh; HttpOnly; SameSite=Strict; Max-Age={WEEK}");
        assert_eq!(answer.header("set-cookie"), format!("{pair}{attributes}"));
    }
}

#[tokio::test]
async fn over_https_the_cookie_is_secure_and_its_name_says_so() {
    let app = secure_app().await;
    let registered = app.register(ANA).await;
    let logged_in = login(&app, ANA).await;
    let refreshed = refresh(&app, &logged_in.cookie()).await;
    for answer in [registered, logged_in, refreshed] {
        let pair = answer.cookie();
        assert!(pair.starts_with("__Secure-refresh_token=hzr_"), "{pair}");
        let attributes = format!("; Path=/auth/refresh; HttpOnly; SameSite=Strict; Secure; Max-Age={WEEK}");
        assert_eq!(answer.header("set-cookie"), format!("{pair}{attributes}"));
    }
}

#[tokio::test]
async fn single_sign_on_adds_the_domain_to_setting_and_clearing_alike() {
    let mut config = HttpConfig::new(ORIGIN.into());
    config.cookie = CookieConfig {
        secure: true,
        domain: Some("example.com".into()),
    };
    let app = TestApp::with_config(TestAuth::new().await, config);
    let ana = app.register(ANA).await;
    let attributes = "; Path=/auth/refresh; HttpOnly; SameSite=Strict; Secure; Domain=example.com; Max-Age=";
    assert_eq!(
        ana.header("set-cookie"),
        format!("{}{attributes}{WEEK}", ana.cookie())
    );
    let gone = app.cookie(Method::DELETE, PATH, &ana.cookie()).await;
    assert_eq!(
        gone.header("set-cookie"),
        format!("__Secure-refresh_token={attributes}0")
    );
}

#[tokio::test]
async fn every_way_for_a_token_to_be_dead_clears_the_cookie_with_the_attributes_that_set_it() {
    let app = secure_app().await;
    let cleared = "__Secure-refresh_token=; Path=/auth/refresh; HttpOnly; SameSite=Strict; Secure; Max-Age=0";
    let unknown = format!("__Secure-refresh_token=hzr_{}", "A".repeat(43));
    let used = app.register(ANA).await.cookie();
    refresh(&app, &used).await;
    let ended = login(&app, ANA).await.cookie();
    app.cookie(Method::DELETE, PATH, &ended).await;
    for (cookie, code) in [
        (unknown, Code::RefreshInvalid),
        ("__Secure-refresh_token=garbage".into(), Code::RefreshInvalid),
        (ended, Code::SessionEnded),
        (used, Code::RefreshReused),
    ] {
        let answer = refresh(&app, &cookie).await;
        assert_problem(&answer, code, PATH);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(answer.header("set-cookie"), cleared, "{code:?}");
        assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1);
    }
}

#[tokio::test]
async fn where_there_was_no_cookie_none_is_cleared() {
    let app = app().await;
    for cookie in ["", "session=abc", "REFRESH_TOKEN=x", "xrefresh_token=hzr_a"] {
        let answer = refresh(&app, cookie).await;
        assert_problem(&answer, Code::RefreshMissing, PATH);
        assert!(!answer.headers.contains_key("set-cookie"), "{cookie}");
    }
}

#[tokio::test]
async fn of_two_refresh_cookies_neither_is_believed_and_neither_is_used_up() {
    let app = app().await;
    let (mine, planted) = (
        app.register(ANA).await.cookie(),
        app.register("eve@example.com").await.cookie(),
    );
    for both in [
        format!("{planted}; {mine}"),
        format!("{mine}; {mine}"),
        format!("{mine}; refresh_token="),
    ] {
        assert_problem(&refresh(&app, &both).await, Code::RefreshInvalid, PATH);
        assert_eq!(app.cookie(Method::DELETE, PATH, &both).await.status, 204);
    }
    let two_lines = with_cookie(Method::POST, PATH, &planted).header("cookie", &mine);
    assert_problem(&bare(&app, two_lines).await, Code::RefreshInvalid, PATH);
    assert_pair(&refresh(&app, &mine).await, 200, ANA);
    assert_pair(&refresh(&app, &planted).await, 200, "eve@example.com");
}

#[tokio::test]
async fn a_plain_cookie_is_not_taken_where_a_secure_one_is_expected() {
    let app = secure_app().await;
    let cookie = app.register(ANA).await.cookie();
    let plain = cookie.replace("__Secure-", "");
    assert_problem(&refresh(&app, &plain).await, Code::RefreshMissing, PATH);
    let quoted = cookie.replace('=', "=\"") + "\"";
    assert_problem(&refresh(&app, &quoted).await, Code::RefreshInvalid, PATH);
    assert_pair(&refresh(&app, &cookie).await, 200, ANA);
}

#[tokio::test]
async fn the_cookie_is_found_among_others() {
    let app = app().await;
    let cookie = app.register(ANA).await.cookie();
    let crowded = format!("a=1;b=2; refresh; =; {cookie} ;c=\u{e9}");
    let bytes = axum::http::HeaderValue::from_bytes(b"theme=dark; caf\xc3\xa9=1").unwrap();
    let request = with_cookie(Method::POST, PATH, "x=y").header("cookie", bytes);
    assert_pair(
        &bare(&app, request.header("cookie", crowded.replace('\u{e9}', "e"))).await,
        200,
        ANA,
    );
}
