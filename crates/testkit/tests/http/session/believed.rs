//! When a cookie is believed: what was ended is refused by the next request, and doubt is a 503.

use std::time::Duration;

use axum::http::Method;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::token::{Secret, SessionCookie};
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::{AuthenticateSessionCommand, SetPasswordCommand};
use horizon_auth_testkit::{Answer, Kind, TestApp, both_engines};
use serde_json::{Value, json};

use super::{Browser, PASSWORD, ana, app_on, set_cookies};
use crate::support::{OTHER_PASSWORD, assert_problem};

/// Everything that ends the session of somebody else's browser.
#[derive(Clone, Copy, Debug)]
enum End {
    One,
    Others,
    PasswordChange,
    PasswordReset,
    Verification,
    Deactivation,
    OperatorEnds,
    OperatorDisables,
    OperatorSetsPassword,
    OperatorDeletes,
}

const ENDS: [End; 10] = [
    End::One,
    End::Others,
    End::PasswordChange,
    End::PasswordReset,
    End::Verification,
    End::Deactivation,
    End::OperatorEnds,
    End::OperatorDisables,
    End::OperatorSetsPassword,
    End::OperatorDeletes,
];

impl End {
    /// Ends the session with that id, from another browser of the same person.
    async fn apply(self, app: &TestApp, other: &mut Browser, session: &str, email: &str) {
        let t = &app.engine;
        let user = other.get(app, "/auth/me").await.json()["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let (tenant, client) = (home(), t.client());
        match self {
            Self::One => {
                let path = format!("/sessions/{session}/revoke");
                ok(&other.bare(app, Method::POST, &path).await);
            }
            Self::Others => ok(&other.bare(app, Method::POST, "/sessions/revoke-others").await),
            Self::PasswordChange => {
                let body = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });
                ok(&other.post(app, "/auth/password/change", body).await);
            }
            Self::PasswordReset => {
                let token = t.reset_token(email).await;
                let body = json!({ "token": token, "password": OTHER_PASSWORD });
                ok(&other.post(app, "/auth/reset-password", body).await);
            }
            Self::Verification => {
                let token = t.mailed_token(email, MailKind::VerifyEmail).await;
                ok(&other.post(app, "/auth/verify", json!({ "token": token })).await);
            }
            Self::Deactivation => {
                let body = json!({ "currentPassword": PASSWORD });
                ok(&other.post(app, "/auth/account/deactivate", body).await);
            }
            Self::OperatorEnds => _ = t.auth.end_user_sessions(&tenant, user, &client).await.unwrap(),
            Self::OperatorDisables => t.auth.disable_user(&tenant, user, &client).await.unwrap(),
            Self::OperatorSetsPassword => {
                let password = Password::new(OTHER_PASSWORD).unwrap();
                let cmd = SetPasswordCommand {
                    tenant,
                    user,
                    password,
                    client,
                };
                t.auth.set_password(cmd).await.unwrap();
            }
            Self::OperatorDeletes => t.auth.erase_user(&tenant, user, &client).await.unwrap(),
        }
    }
}

fn ok(answer: &Answer) {
    assert!(answer.status.is_success(), "{}", answer.text);
}

fn home() -> TenantId {
    TenantId::parse("default").unwrap()
}

async fn current(app: &TestApp, browser: &Browser) -> String {
    let listed = browser.clone().get(app, "/sessions").await.json();
    let current = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["current"] == true);
    current.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn roles(app: &TestApp, browser: &Browser) -> Value {
    browser.clone().get(app, "/auth/me").await.json()["roles"].clone()
}

both_engines! {
    what_was_ended_is_refused_by_the_next_request => |kind: Kind| async move {
        let app = app_on(kind).await;
        for end in ENDS {
            let email = format!("{end:?}@example.com").to_lowercase();
            let (mut victim, mut other) =
                (Browser::registered(&app, &email).await, Browser::logged_in(&app, &email).await);
            let id = current(&app, &victim).await;
            assert_eq!(victim.me(&app).await, 200, "in memory from here on");

            end.apply(&app, &mut other, &id, &email).await;

            let answer = victim.get(&app, "/auth/me").await;
            let gone = matches!(end, End::OperatorDeletes);
            let code = if gone { Code::SessionInvalid } else { Code::SessionEnded };
            assert_problem(&answer, code, "/auth/me");
            assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2, "{end:?}");
            assert!(victim.jar.is_empty(), "{end:?}: both cookies are removed");
        }
    };

    other_roles_are_those_of_the_next_request_and_nobody_is_logged_out => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut ana = ana(&app).await;
        let id = ana.get(&app, "/auth/me").await.json()["id"].as_str().unwrap().parse().unwrap();
        let set = async |names: &[&str]| {
            let roles: Vec<_> = names.iter().map(|name| Role::parse(name).unwrap()).collect();
            app.engine.auth.set_roles(&home(), id, &roles, &app.engine.client()).await.unwrap()
        };
        assert_eq!(ana.get(&app, "/admin/roles").await.status, 403);

        assert!(set(&["user", "admin"]).await);
        assert_eq!(ana.get(&app, "/admin/roles").await.status, 200);
        assert_eq!(roles(&app, &ana).await, json!(["admin", "user"]));

        assert!(set(&["user"]).await);
        let refused = ana.get(&app, "/admin/roles").await;
        assert_problem(&refused, Code::Forbidden, "/admin/roles");
        assert_eq!(roles(&app, &ana).await, json!(["user"]));
        assert!(!ana.jar.is_empty(), "the session goes on");
    };

    what_is_changed_behind_the_engine_is_seen_within_the_life_of_an_access_token => |kind: Kind| async move {
        let app = app_on(kind).await;
        let ana = ana(&app).await;
        assert_eq!(ana.me(&app).await, 200);
        app.engine.database.execute("UPDATE sessions SET revoked_at = 1, revoke_reason = 'operator'").await;
        app.engine.clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(ana.me(&app).await, 401);
    };

    a_node_that_has_not_read_what_was_ended_believes_nobody => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut ana = ana(&app).await;
        let engine = app.engine.around(app.engine.unprepared());
        let young = TestApp::with_config(engine, app.http.config.clone());

        let answer = ana.get(&young, "/auth/me").await;

        assert_problem(&answer, Code::Unavailable, "/auth/me");
        assert!(!answer.headers.contains_key("set-cookie"), "the cookie may be good");
        young.engine.auth.prepare().await.unwrap();
        assert_eq!(ana.me(&young).await, 200);
    };

    a_database_that_does_not_answer_is_not_a_dead_session => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut ana = ana(&app).await;
        app.engine.database.execute("ALTER TABLE sessions RENAME TO hidden").await;

        let answer = ana.get(&app, "/auth/me").await;

        assert_problem(&answer, Code::Unavailable, "/auth/me");
        assert!(!answer.headers.contains_key("set-cookie"));
        app.engine.database.execute("ALTER TABLE hidden RENAME TO sessions").await;
        assert_eq!(ana.me(&app).await, 200);
    };

    a_session_of_one_tenant_opens_nothing_in_another => |kind: Kind| async move {
        let app = app_on(kind).await;
        let ana = ana(&app).await;
        let (t, cookie) = (&app.engine, Secret::<SessionCookie>::parse(ana.secret()).unwrap());
        let elsewhere = TenantId::parse("elsewhere").unwrap();

        let cmd = AuthenticateSessionCommand { cookie: &cookie, tenant: &elsewhere, client: &t.client() };
        let refused = t.auth.authenticate_session(cmd).await.unwrap_err();

        assert_eq!(refused.code(), Code::TenantMismatch);
        // Where the person is: nobody has looked whether the other tenant exists.
        let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_mismatch' AND tenant_id = 'default'";
        assert_eq!(t.database.number(noted).await, 1);
        assert_eq!(ana.me(&app).await, 200);
    };
}

#[tokio::test]
async fn only_an_answer_about_a_dead_session_removes_the_cookies() {
    let app = super::app().await;
    let mut ana = ana(&app).await;
    let mut without = ana.clone();
    without.token = None;
    let csrf = without.bare(&app, Method::POST, "/auth/logout").await;
    assert_problem(&csrf, Code::CsrfInvalid, "/auth/logout");
    let forbidden = ana.get(&app, "/admin/roles").await;
    assert_problem(&forbidden, Code::Forbidden, "/admin/roles");
    let missing = ana.get(&app, "/nowhere").await;
    for answer in [csrf, forbidden, missing] {
        assert!(!answer.headers.contains_key("set-cookie"), "{}", answer.text);
    }
    let mut garbage = ana.clone();
    garbage.jar.insert(super::SESSION.into(), "garbage".into());
    let answer = garbage.get(&app, "/auth/me").await;
    assert_problem(&answer, Code::SessionInvalid, "/auth/me");
    let cleared = set_cookies(&answer);
    assert_eq!(cleared.values().filter(|value| value.is_empty()).count(), 2);
}

#[tokio::test]
async fn an_address_is_stored_only_under_a_key() {
    let app = super::app().await;
    let ana = ana(&app).await;
    let listed = ana.clone().get(&app, "/sessions").await.json();
    assert_eq!(listed[0]["ipHash"], Value::Null, "without a pepper there is none");
    let rows = app.engine.database.dump().await;
    let sessions = rows.lines().filter(|row| row.starts_with("sessions: "));
    assert!(sessions.clone().count() > 0);
    assert!(sessions.into_iter().all(|row| !row.contains("192.0.2.1")));
    assert_eq!(ana.jar.len(), 2);
}
