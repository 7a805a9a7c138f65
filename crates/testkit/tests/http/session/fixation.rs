//! Nobody can choose the session that somebody else gets.

use horizon_auth_core::domain::token::{Secret, SessionCookie};
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, both_engines};

use super::{ANA, Browser, SESSION, app, app_on};
use crate::support::{assert_problem, credentials};

fn made_up() -> String {
    Secret::<SessionCookie>::from_random(&[9; 32]).reveal().to_owned()
}

both_engines! {
    a_planted_cookie_is_never_adopted => |kind: Kind| async move {
        let app = app_on(kind).await;
        Browser::registered(&app, ANA).await;
        let mut victim = Browser::default();
        victim.jar.insert(SESSION.into(), made_up());

        let answer = victim.login(&app, ANA).await;

        assert_eq!(answer.status, 200);
        assert_ne!(victim.secret(), made_up());
        assert_eq!(victim.me(&app).await, 200);
        let mut attacker = Browser::default();
        attacker.jar.insert(SESSION.into(), made_up());
        let answer = attacker.get(&app, "/auth/me").await;
        assert_problem(&answer, Code::SessionInvalid, "/auth/me");
    };

    a_log_in_makes_a_new_session_and_ends_the_one_that_the_browser_had => |kind: Kind| async move {
        let app = app_on(kind).await;
        let first = Browser::registered(&app, ANA).await;
        let elsewhere = Browser::logged_in(&app, ANA).await;
        let mut second = first.clone();

        second.login(&app, ANA).await;

        assert_ne!(second.secret(), first.secret());
        assert_eq!((first.me(&app).await, second.me(&app).await), (401, 200));
        assert_eq!(elsewhere.me(&app).await, 200, "other browsers stay");
        let ids = app.engine.database.number("SELECT COUNT(DISTINCT id) FROM sessions").await;
        assert_eq!(ids, 3);
    };

    the_cookie_of_somebody_else_is_replaced_and_ended_too => |kind: Kind| async move {
        let app = app_on(kind).await;
        let ben = Browser::registered(&app, "ben@example.com").await;
        Browser::registered(&app, ANA).await;
        let mut shared = ben.clone();

        shared.login(&app, ANA).await;

        assert_eq!(shared.get(&app, "/auth/me").await.json()["email"], ANA);
        assert_eq!(ben.me(&app).await, 401);
    };
}

#[tokio::test]
async fn a_failed_log_in_leaves_the_session_as_it_was() {
    let app = app().await;
    let mut ana = Browser::registered(&app, ANA).await;
    let before = ana.jar.clone();
    let answer = ana
        .post(&app, "/auth/login", credentials(ANA, "not her password"))
        .await;
    assert_problem(&answer, Code::InvalidCredentials, "/auth/login");
    assert_eq!(ana.jar, before);
    assert_eq!(ana.me(&app).await, 200);
}

#[tokio::test]
async fn two_cookies_of_the_name_are_none() {
    let app = app().await;
    let ana = Browser::registered(&app, ANA).await;
    for cookie in [
        format!("{SESSION}={}; {SESSION}={}", ana.secret(), made_up()),
        format!("{SESSION}={}; {SESSION}={0}", ana.secret()),
    ] {
        let answer = app.cookie(axum::http::Method::GET, "/auth/me", &cookie).await;
        assert_problem(&answer, Code::SessionInvalid, "/auth/me");
    }
}

#[tokio::test]
async fn a_cookie_without_the_prefix_is_no_cookie() {
    let app = app().await;
    let ana = Browser::registered(&app, ANA).await;
    for name in ["session", "__host-session", "__Secure-session"] {
        let cookie = format!("{name}={}", ana.secret());
        let answer = app.cookie(axum::http::Method::GET, "/auth/me", &cookie).await;
        assert_problem(&answer, Code::TokenMissing, "/auth/me");
    }
}
