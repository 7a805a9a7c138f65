//! Where somebody is logged in, in both profiles: the list, and its ends.

use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth_core::crypto::pepper::Peppers;
use horizon_auth_core::domain::policy::Policy;
use horizon_auth_core::error::Code;
use horizon_auth_http::config::{HttpConfig, Profile};
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, both_engines};
use serde_json::{Value, json};

use crate::session::Browser;
use crate::support::{
    ANA, NOW, ORIGIN, PASSWORD, assert_problem, credentials, keys, names, profile, refresh,
};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/18.5 Mobile/15E148 Safari/604.1";
const LIST: &str = "/auth/sessions";

async fn app(kind: Kind, change: impl FnOnce(&mut Policy)) -> TestApp {
    let mut setup = Setup::new(kind).policy(change);
    setup.peppers = Peppers::parse(&format!("1:{}", "ab".repeat(32))).unwrap();
    let config = HttpConfig {
        profile: Profile::Both,
        ..HttpConfig::new(ORIGIN.into())
    };
    TestApp::with_config(setup.start().await, config)
}

/// A log-in for tokens with some browser.
async fn login_from(app: &TestApp, email: &str, agent: &str) -> Answer {
    let request = Request::post("/auth/login")
        .header("content-type", "application/json")
        .header("user-agent", agent)
        .body(Body::from(credentials(email, PASSWORD).to_string()));
    let answer = app.send(request.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// A log-in for a cookie.
async fn browser(app: &TestApp, email: &str) -> Browser {
    let mut browser = Browser::default();
    let answer = browser
        .post(app, "/session/auth/login", credentials(email, PASSWORD))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    browser
}

async fn list(app: &TestApp, token: &str) -> Vec<Value> {
    let answer = app.bearer(Method::GET, LIST, token).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(keys(&answer.json()), names(["sessions"]));
    answer.json()["sessions"].as_array().unwrap().clone()
}

fn id(session: &Value) -> &str {
    session["id"].as_str().unwrap()
}

async fn live(app: &TestApp) -> i64 {
    app.engine
        .database
        .number("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL")
        .await
}

both_engines! {
    where_events_hash_addresses_one_address_is_one_hash_and_nobody_can_read_it => |kind| async move {
        let app = app(kind, |policy| policy.hash_audit_addresses = true).await;
        app.register(ANA).await;
        login_from(&app, ANA, FIREFOX).await;

        let database = &app.engine.database;
        assert_eq!(database.number("SELECT COUNT(*) FROM audit_events WHERE length(ip) = 64").await, 2);
        assert_eq!(database.number("SELECT COUNT(DISTINCT ip) FROM audit_events").await, 1);
    };

    without_a_pepper_there_is_nothing_to_hash_with_and_no_address_is_kept => |kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.hash_audit_addresses = true);
        let app = TestApp::new(setup.start().await);
        app.register(ANA).await;

        let database = &app.engine.database;
        assert_eq!(database.number("SELECT COUNT(*) FROM audit_events WHERE ip = ''").await, 1);
    };
}

both_engines! {
    sessions_of_both_kinds_are_listed_newest_first_with_their_device => |kind: Kind| async move {
        let app = app(kind, |_| {}).await;
        app.register(ANA).await;
        app.register("ben@example.com").await;
        app.engine.clock.advance(std::time::Duration::from_secs(60));
        let phone = login_from(&app, ANA, SAFARI).await;
        app.engine.clock.advance(std::time::Duration::from_secs(60));
        let mut laptop = browser(&app, ANA).await;

        let listed = list(&app, &phone.access_token()).await;

        assert_eq!(listed.len(), 3, "and none of somebody else");
        let eight = ["id", "createdAt", "lastSeenAt", "expiresAt", "device", "userAgent", "ipHash", "current"];
        assert!(listed.iter().all(|session| keys(session) == names(eight)));
        assert_eq!(listed[2]["createdAt"], NOW);
        assert_eq!((&listed[1]["device"], &listed[1]["userAgent"]), (&json!("Safari on iOS"), &json!(SAFARI)));
        assert_eq!(listed[1]["createdAt"], "2027-01-15T08:01:00.000Z");
        assert_eq!(listed[1]["expiresAt"], "2027-01-22T08:01:00.000Z", "seven days of idleness");
        let current: Vec<_> = listed.iter().map(|session| session["current"] == true).collect();
        assert_eq!(current, [false, true, false]);
        let hash = listed[0]["ipHash"].as_str().unwrap();
        assert_eq!((hash.len(), hash), (64, listed[1]["ipHash"].as_str().unwrap()), "one address, one hash");

        let bare = laptop.get(&app, "/session/sessions").await.json();
        let mut same = Value::from(listed.clone());
        same[0]["current"] = json!(true);
        same[1]["current"] = json!(false);
        assert_eq!(bare, same, "the other profile lists the same as a bare array");
        for text in [bare.to_string(), Value::from(listed).to_string()] {
            assert!(!text.contains("hzs_") && !text.contains("hzr_"), "an id opens nothing");
        }
    };

    one_session_is_ended_and_no_other => |kind: Kind| async move {
        let app = app(kind, |_| {}).await;
        let here = app.register(ANA).await;
        let there = login_from(&app, ANA, FIREFOX).await;
        let cookie = browser(&app, ANA).await;
        let listed = list(&app, &here.access_token()).await;
        let of_there = listed.iter().find(|session| session["userAgent"] == FIREFOX).unwrap();

        let path = format!("{LIST}/{}", id(of_there));
        let ended = app.bearer(Method::DELETE, &path, &here.access_token()).await;

        assert_eq!((ended.status.as_u16(), ended.text.as_str()), (204, ""));
        assert!(!ended.headers.contains_key("set-cookie"), "it was not the caller's own");
        assert_problem(&profile(&app, &there.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_problem(&refresh(&app, &there.cookie()).await, Code::SessionEnded, "/auth/refresh");
        assert_eq!(profile(&app, &here.access_token()).await.status, 200);
        assert_eq!(cookie.clone().get(&app, "/session/auth/me").await.status, 200);
        let again = app.bearer(Method::DELETE, &path, &here.access_token()).await;
        assert_problem(&again, Code::NotFound, &path);
        let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'session_ended'";
        assert_eq!(app.engine.database.number(noted).await, 1);
    };

    ones_own_session_is_ended_with_its_cookie => |kind: Kind| async move {
        let app = app(kind, |_| {}).await;
        let here = app.register(ANA).await;
        let mut cookie = browser(&app, ANA).await;
        let listed = list(&app, &here.access_token()).await;

        let of = |current: bool| listed.iter().find(|session| session["current"] == current).unwrap();

        let path = format!("/session/sessions/{}/revoke", id(of(false)));
        assert_eq!(cookie.bare(&app, Method::POST, &path).await.status, 204);
        assert!(cookie.jar.is_empty());

        let path = format!("{LIST}/{}", id(of(true)));
        let ended = app.bearer(Method::DELETE, &path, &here.access_token()).await;
        assert_eq!(ended.status, 204);
        assert!(ended.header("set-cookie").starts_with("__Secure-refresh_token=;"), "{:?}", ended.headers);
        assert_problem(&profile(&app, &here.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_eq!(live(&app).await, 0);
    };

    a_session_of_somebody_else_is_not_there => |kind: Kind| async move {
        let app = app(kind, |_| {}).await;
        let ana = app.register(ANA).await;
        let mut ana_too = browser(&app, ANA).await;
        let ben = app.register("ben@example.com").await;
        let of_ben = list(&app, &ben.access_token()).await;
        let unknown = "0192d3a0-7a10-7c1e-9d0b-000000000001";
        for id in [id(&of_ben[0]), unknown, "1", "..", "%00", "'"] {
            let path = format!("{LIST}/{id}");
            let answer = app.bearer(Method::DELETE, &path, &ana.access_token()).await;
            assert_problem(&answer, Code::NotFound, &path);
            let path = format!("/session/sessions/{id}/revoke");
            let answer = ana_too.bare(&app, Method::POST, &path).await;
            assert_problem(&answer, Code::NotFound, &path);
        }
        assert_eq!(profile(&app, &ben.access_token()).await.status, 200);
        assert_eq!(live(&app).await, 3, "nothing was ended");
    };

    all_others_are_ended_and_the_caller_stays => |kind: Kind| async move {
        let app = app(kind, |_| {}).await;
        let ben = app.register("ben@example.com").await;
        let first = app.register(ANA).await;
        let second = login_from(&app, ANA, FIREFOX).await;
        let mut cookie = browser(&app, ANA).await;

        let ended = app.bearer(Method::DELETE, LIST, &second.access_token()).await;

        assert_eq!((ended.status.as_u16(), ended.json()), (200, json!({ "ended": 2 })));
        assert_eq!(profile(&app, &second.access_token()).await.status, 200);
        assert_eq!(refresh(&app, &second.cookie()).await.status, 200);
        assert_problem(&profile(&app, &first.access_token()).await, Code::TokenRevoked, "/auth/profile");
        let answer = cookie.get(&app, "/session/auth/me").await;
        assert_problem(&answer, Code::SessionEnded, "/session/auth/me");
        assert_eq!(profile(&app, &ben.access_token()).await.status, 200, "somebody else");

        let mut cookie = browser(&app, ANA).await;
        let ended = cookie.bare(&app, Method::POST, "/session/sessions/revoke-others").await;
        assert_eq!((ended.status.as_u16(), ended.json()), (200, json!({ "ended": 1 })));
        let ended = cookie.bare(&app, Method::POST, "/session/sessions/revoke-others").await;
        assert_eq!(ended.json(), json!({ "ended": 0 }));
        assert_problem(&profile(&app, &second.access_token()).await, Code::TokenRevoked, "/auth/profile");
        let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'other_sessions_ended'";
        assert_eq!(app.engine.database.number(noted).await, 2, "nothing is noted where nothing happened");
    };

    one_session_too_many_ends_the_oldest_of_either_kind => |kind: Kind| async move {
        let app = app(kind, |policy| policy.max_sessions = Some(2)).await;
        let minute = std::time::Duration::from_secs(60);
        let oldest = app.register(ANA).await;
        app.engine.clock.advance(minute);
        let mut cookie = browser(&app, ANA).await;
        app.engine.clock.advance(minute);
        let ben = app.register("ben@example.com").await;

        let newest = login_from(&app, ANA, FIREFOX).await;

        assert_problem(&profile(&app, &oldest.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_problem(&refresh(&app, &oldest.cookie()).await, Code::SessionEnded, "/auth/refresh");
        assert_eq!(cookie.get(&app, "/session/auth/me").await.status, 200);
        app.engine.clock.advance(minute);
        let another = login_from(&app, ANA, SAFARI).await;
        let answer = cookie.get(&app, "/session/auth/me").await;
        assert_problem(&answer, Code::SessionEnded, "/session/auth/me");
        for answer in [&newest, &another, &ben] {
            assert_eq!(profile(&app, &answer.access_token()).await.status, 200);
        }
        let reasons = "SELECT COUNT(*) FROM sessions WHERE revoke_reason = 'limit'";
        assert_eq!(app.engine.database.number(reasons).await, 2);
    };

    dead_sessions_take_no_place => |kind: Kind| async move {
        let app = app(kind, |policy| policy.max_sessions = Some(2)).await;
        let first = app.register(ANA).await;
        let second = browser(&app, ANA).await;
        let mut gone = second.clone();
        gone.bare(&app, Method::POST, "/session/auth/logout").await;

        login_from(&app, ANA, FIREFOX).await;

        assert_eq!(profile(&app, &first.access_token()).await.status, 200);
    };
}

#[tokio::test]
async fn nobody_lists_or_ends_without_proof() {
    let app = app(Kind::Sqlite, |_| {}).await;
    for (method, path) in [
        (Method::GET, LIST),
        (Method::DELETE, LIST),
        (
            Method::DELETE,
            "/auth/sessions/0192d3a0-7a10-7c1e-9d0b-000000000001",
        ),
        (Method::GET, "/session/sessions"),
        (Method::POST, "/session/sessions/revoke-others"),
        (
            Method::POST,
            "/session/sessions/0192d3a0-7a10-7c1e-9d0b-000000000001/revoke",
        ),
    ] {
        let answer = Browser::default().bare(&app, method, path).await;
        assert_problem(&answer, Code::TokenMissing, path);
    }
}
