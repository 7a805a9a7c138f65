//! Rate limits as clients meet them: 429, an honest `Retry-After`, and who is counted together.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use horizon_auth_core::domain::limits::{Limits, Rate};
use horizon_auth_core::error::Code;
use horizon_auth_http::config::HttpConfig;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp};

use crate::support::{ANA, PASSWORD, assert_problem, credentials, with_cookie};

/// The limits of the design, and no others.
async fn limited(change: impl FnOnce(&mut Limits, &mut HttpConfig)) -> TestApp {
    let mut config = HttpConfig::new("http://localhost:3000".into());
    let mut limits = Limits::default();
    change(&mut limits, &mut config);
    let setup = Setup::new(Kind::Sqlite).policy(|policy| policy.limits = limits);
    TestApp::with_config(setup.start().await, config)
}

async fn usual() -> TestApp {
    limited(|_, _| {}).await
}

/// A log-in from an address, with what a proxy would add.
async fn login_from(app: &TestApp, ip: &str, forwarded: Option<&str>, email: &str, password: &str) -> Answer {
    let mut request = Request::post("/auth/login").header("content-type", "application/json");
    if let Some(forwarded) = forwarded {
        request = request.header("x-forwarded-for", forwarded);
    }
    let body = credentials(email, password).to_string();
    let mut request = request.body(body.into()).unwrap();
    let peer = SocketAddr::new(ip.parse().unwrap(), 40_000);
    request.extensions_mut().insert(ConnectInfo(peer));
    app.send(request).await
}

async fn guess_from(app: &TestApp, ip: &str) -> u16 {
    login_from(app, ip, None, "nobody@example.com", "a guess")
        .await
        .status
        .as_u16()
}

fn wait(answer: &Answer) -> u64 {
    answer.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn the_sixth_login_within_a_minute_waits_and_waiting_helps() {
    let app = usual().await;
    app.register(ANA).await;
    for _ in 0..5 {
        assert_eq!(
            app.post("/auth/login", credentials(ANA, PASSWORD)).await.status,
            200
        );
        app.engine.clock.advance(Duration::from_secs(1));
    }
    let refused = app.post("/auth/login", credentials(ANA, PASSWORD)).await;
    assert_problem(&refused, Code::RateLimited, "/auth/login");
    assert_eq!(wait(&refused), 55, "the first of the five leaves the window then");
    app.engine.clock.advance(Duration::from_secs(54));
    let early = app.post("/auth/login", credentials(ANA, PASSWORD)).await;
    assert_problem(&early, Code::RateLimited, "/auth/login");
    assert_eq!(wait(&early), 1);
    app.engine.clock.advance(Duration::from_secs(1));
    assert_eq!(
        app.post("/auth/login", credentials(ANA, PASSWORD)).await.status,
        200
    );
}

#[tokio::test]
async fn the_fourth_registration_within_a_minute_waits() {
    let app = usual().await;
    for number in 0..3 {
        assert_eq!(app.register(&format!("u{number}@example.com")).await.status, 201);
    }
    let refused = app.register("u3@example.com").await;
    assert_problem(&refused, Code::RateLimited, "/auth/register");
    app.engine.clock.advance(Duration::from_secs(wait(&refused)));
    assert_eq!(app.register("u3@example.com").await.status, 201);
}

#[tokio::test]
async fn the_eleventh_refresh_within_a_minute_waits_and_costs_nobody_a_session() {
    let app = usual().await;
    let mut cookie = app.register(ANA).await.cookie();
    for _ in 0..10 {
        cookie = app.cookie(Method::POST, "/auth/refresh", &cookie).await.cookie();
    }
    let refused = app.cookie(Method::POST, "/auth/refresh", &cookie).await;
    assert_problem(&refused, Code::RateLimited, "/auth/refresh");
    assert!(
        !refused.headers.contains_key("set-cookie"),
        "the token is still good"
    );
    app.engine.clock.advance(Duration::from_secs(wait(&refused)));
    assert_eq!(
        app.cookie(Method::POST, "/auth/refresh", &cookie).await.status,
        200
    );
}

#[tokio::test]
async fn each_network_has_its_own_count_and_a_64_is_one_network() {
    let app = limited(|limits, _| limits.login_account = None).await;
    for number in 1..=5 {
        assert_eq!(guess_from(&app, &format!("2001:db8:0:1::{number}")).await, 401);
    }
    assert_eq!(guess_from(&app, "2001:db8:0:1:ffff:ffff:ffff:ffff").await, 429);
    assert_eq!(guess_from(&app, "2001:db8:0:2::1").await, 401);
    for _ in 0..5 {
        assert_eq!(guess_from(&app, "192.0.2.7").await, 401);
    }
    assert_eq!(guess_from(&app, "192.0.2.7").await, 429);
    assert_eq!(
        guess_from(&app, "::ffff:192.0.2.7").await,
        429,
        "the same address in IPv6 clothes"
    );
    assert_eq!(guess_from(&app, "192.0.2.8").await, 401);
}

#[tokio::test]
async fn a_forwarded_address_is_believed_from_trusted_proxies_only() {
    let app = limited(|limits, config| {
        limits.login_account = None;
        config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let attempt = async |ip: &str, forwarded: &str| {
        login_from(&app, ip, Some(forwarded), "nobody@example.com", "a guess")
            .await
            .status
            .as_u16()
    };
    // A stranger who writes the header himself is one stranger.
    for number in 0..5 {
        assert_eq!(attempt("192.0.2.7", &format!("203.0.113.{number}")).await, 401);
    }
    assert_eq!(attempt("192.0.2.7", "203.0.113.99").await, 429);
    // Behind the proxy everybody is counted alone, whatever stands left of the address it saw.
    for number in 0..5 {
        assert_eq!(
            attempt("10.0.0.1", &format!("203.0.113.{number}, 198.51.100.1")).await,
            401
        );
    }
    assert_eq!(attempt("10.0.0.1", "203.0.113.77, 198.51.100.1").await, 429);
    assert_eq!(attempt("10.0.0.1", "198.51.100.2").await, 401);
}

#[tokio::test]
async fn other_forwarding_headers_are_never_believed() {
    let app = limited(|limits, config| {
        limits.login_account = None;
        config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut last = 0;
    for number in 0..6 {
        let mut request = Request::post("/auth/login").header("content-type", "application/json");
        for name in [
            "forwarded",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
            "x-client-ip",
        ] {
            request = request.header(name, format!("203.0.113.{number}"));
        }
        let body = credentials("nobody@example.com", "a guess").to_string();
        last = app.send(request.body(body.into()).unwrap()).await.status.as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn an_account_is_slowed_down_whoever_asks_and_whether_or_not_it_exists() {
    let app = usual().await;
    app.register(ANA).await;
    let mut waits = Vec::new();
    for email in [ANA, "nobody@example.com"] {
        let mut seen = Vec::new();
        for number in 0..14 {
            let ip = format!("198.51.100.{number}");
            let answer = login_from(&app, &ip, None, email, "a guess").await;
            if answer.status == 429 {
                assert_problem(&answer, Code::RateLimited, "/auth/login");
                seen.push((number, wait(&answer)));
                app.engine.clock.advance(Duration::from_secs(wait(&answer)));
                let after = login_from(&app, "198.51.100.200", None, email, "a guess").await;
                seen.push((number, u64::from(after.status.as_u16())));
                app.engine.clock.advance(Duration::from_secs(0));
            }
        }
        waits.push(seen);
        app.engine.clock.advance(Duration::from_secs(3600));
    }
    assert_eq!(waits[0], waits[1]);
    let first: Vec<_> = waits[0].iter().take(6).copied().collect();
    assert_eq!(
        first,
        [(10, 1), (10, 401), (11, 2), (11, 401), (12, 4), (12, 401)]
    );
}

#[tokio::test]
async fn the_owner_is_let_in_after_the_pause_and_starts_afresh() {
    let app = limited(|limits, _| {
        limits.login = None;
        limits.login_account = Some(Rate::per_seconds(2, 900));
    })
    .await;
    app.register(ANA).await;
    for _ in 0..2 {
        app.post("/auth/login", credentials(ANA, "a guess")).await;
    }
    let right_too_early = app.post("/auth/login", credentials(ANA, PASSWORD)).await;
    assert_problem(&right_too_early, Code::RateLimited, "/auth/login");
    app.engine
        .clock
        .advance(Duration::from_secs(wait(&right_too_early)));
    assert_eq!(
        app.post("/auth/login", credentials(ANA, PASSWORD)).await.status,
        200
    );
    for _ in 0..2 {
        let answer = app.post("/auth/login", credentials(ANA, "a guess")).await;
        assert_eq!(answer.status, 401, "the success wiped the slate");
    }
    let next = app.post("/auth/login", credentials(ANA, "a guess")).await;
    assert_eq!((next.status.as_u16(), wait(&next)), (429, 1));
}

#[tokio::test]
async fn unreadable_requests_are_not_counted() {
    let app = usual().await;
    app.register(ANA).await;
    for _ in 0..20 {
        app.post("/auth/login", serde_json::json!({ "email": ANA })).await;
        crate::support::bare(
            &app,
            with_cookie(Method::POST, "/auth/refresh", "refresh_token=garbage"),
        )
        .await;
    }
    assert_eq!(
        app.post("/auth/login", credentials(ANA, PASSWORD)).await.status,
        200
    );
}
