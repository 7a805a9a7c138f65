//! Registration, and what the settings about proof of the address make of it.

use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::policy::{Enumeration, Policy};
use horizon_auth_core::error::Code;
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Answer, Kind, TestApp, both_engines};
use serde_json::json;

use super::{ANA, Browser, CSRF, PASSWORD, SESSION, app_on, app_with, credentials, set_cookies};
use crate::support::{assert_common_headers, assert_problem, keys, names};

async fn register(app: &TestApp, browser: &mut Browser, email: &str) -> Answer {
    browser
        .post(app, "/auth/register", credentials(email, PASSWORD))
        .await
}

/// What a combination of settings does.
struct Case {
    /// `require_verified_email`, `send_verification`, `session_before_verification`.
    settings: [bool; 3],
    /// The status of the registration; 201 comes with a session.
    registered: u16,
    /// Whether a mail went out.
    mailed: bool,
    /// The status of a log-in before the address is proved.
    early_login: u16,
}

#[rustfmt::skip] // a table
const CASES: &[Case] = &[
    Case { settings: [false, false, false], registered: 201, mailed: false, early_login: 200 },
    Case { settings: [false, true, false], registered: 201, mailed: true, early_login: 200 },
    Case { settings: [false, false, true], registered: 201, mailed: false, early_login: 200 },
    Case { settings: [false, true, true], registered: 201, mailed: true, early_login: 200 },
    Case { settings: [true, false, false], registered: 202, mailed: false, early_login: 403 },
    Case { settings: [true, true, false], registered: 202, mailed: true, early_login: 403 },
    Case { settings: [true, false, true], registered: 201, mailed: false, early_login: 403 },
    Case { settings: [true, true, true], registered: 201, mailed: true, early_login: 403 },
];

fn set(policy: &mut Policy, [required, sent, early]: [bool; 3]) {
    policy.require_verified_email = required;
    policy.send_verification = sent;
    policy.session_before_verification = early;
}

both_engines! {
    a_registration_answers_who_it_is_and_sets_the_cookies => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut ana = Browser::default();
        let answer = register(&app, &mut ana, ANA).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(keys(&answer.json()), names(["id", "email", "emailVerified"]));
        assert_eq!(answer.json()["email"], ANA);
        assert_eq!(keys(&json!(set_cookies(&answer))), names([SESSION, CSRF]));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_common_headers(&answer);
        assert_eq!(ana.me(&app).await, 200);
        let stored = "SELECT COUNT(*) FROM users u JOIN passwords p ON p.user_id = u.id
                        JOIN user_roles r ON r.user_id = u.id AND r.role = 'user'
                        JOIN sessions s ON s.user_id = u.id";
        assert_eq!(app.engine.database.number(stored).await, 1, "account, credential, role and session together");
    };

    every_combination_of_the_settings_about_proof_does_what_it_says => |kind: Kind| async move {
        for case in CASES {
            let app = app_with(kind, Profile::Session, |policy| set(policy, case.settings)).await;
            let mut ana = Browser::default();

            let answer = register(&app, &mut ana, ANA).await;

            let name = format!("{:?}: {}", case.settings, answer.text);
            assert_eq!(answer.status, case.registered, "{name}");
            if case.registered == 201 {
                assert_eq!(ana.me(&app).await, 200, "{name}");
            } else {
                let four = names(["id", "email", "requiresVerification", "verificationSent"]);
                assert_eq!(keys(&answer.json()), four, "{name}");
                assert_eq!(answer.json()["requiresVerification"], true, "{name}");
                assert_eq!(answer.json()["verificationSent"], case.mailed, "{name}");
                assert!(ana.jar.is_empty(), "{name}");
            }
            let mails = "SELECT COUNT(*) FROM outbox WHERE kind = 'verify_email'";
            assert_eq!(app.engine.database.number(mails).await, i64::from(case.mailed), "{name}");
            let login = Browser::default().login(&app, ANA).await;
            assert_eq!(login.status, case.early_login, "{name}");
        }
    };

    whoever_waits_for_proof_is_never_stuck => |kind: Kind| async move {
        // Without a mail at registration, and without a session: a link can be asked for all the same.
        let app = app_with(kind, Profile::Session, |policy| set(policy, [true, false, false])).await;
        let mut ana = Browser::default();
        register(&app, &mut ana, ANA).await;

        for _ in 0..2 {
            let asked = ana.post(&app, "/auth/request-verify", json!({ "email": ANA })).await;
            assert_eq!((asked.status.as_u16(), asked.text.as_str()), (204, ""));
        }
        let token = app.engine.mailed_token(ANA, MailKind::VerifyEmail).await;
        let verified = ana.post(&app, "/auth/verify", json!({ "token": token })).await;

        assert_eq!((verified.status.as_u16(), verified.text.as_str()), (204, ""));
        assert!(!verified.headers.contains_key("set-cookie"), "a link logs nobody in");
        let login = ana.login(&app, ANA).await;
        assert_eq!((login.status.as_u16(), &login.json()["emailVerified"]), (200, &json!(true)));
    };

    a_session_from_before_the_proof_asks_for_the_link_and_ends_with_it => |kind: Kind| async move {
        let app = app_with(kind, Profile::Session, |policy| set(policy, [true, false, true])).await;
        let mut ana = Browser::default();
        register(&app, &mut ana, ANA).await;

        let asked = ana.bare(&app, axum::http::Method::POST, "/auth/request-verify").await;
        assert_eq!(asked.status, 204, "{}", asked.text);
        let token = app.engine.mailed_token(ANA, MailKind::VerifyEmail).await;
        assert_eq!(ana.post(&app, "/auth/verify", json!({ "token": token })).await.status, 204);

        let answer = ana.get(&app, "/auth/me").await;
        assert_problem(&answer, Code::SessionEnded, "/auth/me");
        assert!(ana.jar.is_empty(), "the dead cookie is removed");
        assert_eq!(ana.login(&app, ANA).await.status, 200);
    };

    a_known_address_is_refused_or_answered_like_a_new_one => |kind: Kind| async move {
        let app = app_on(kind).await;
        Browser::registered(&app, ANA).await;
        let again = register(&app, &mut Browser::default(), ANA).await;
        assert_problem(&again, Code::EmailTaken, "/auth/register");
        assert!(!again.headers.contains_key("set-cookie"));

        let private = |policy: &mut Policy| {
            policy.enumeration = Enumeration::Private;
            policy.session_before_verification = true; // configuration refuses this; the engine does not obey it
        };
        let app = app_with(kind, Profile::Session, private).await;
        for _ in 0..2 {
            let mut browser = Browser::default();
            let answer = register(&app, &mut browser, ANA).await;
            assert_eq!(answer.status, 202, "{}", answer.text);
            assert_eq!(answer.json()["verificationSent"], true);
            assert!(browser.jar.is_empty());
        }
        assert_eq!(app.engine.database.number("SELECT COUNT(*) FROM users").await, 1);
    };
}

#[tokio::test]
async fn a_body_gives_nobody_roles_a_tenant_or_a_proof() {
    let app = super::app().await;
    let mut ana = Browser::default();
    let body = json!({
        "email": ANA, "password": PASSWORD, "roles": ["admin"], "role": "admin", "isAdmin": true,
        "tenantId": "other", "tenant": "other", "emailVerified": true, "emailVerifiedAt": "2020-01-01T00:00:00.000Z",
        "id": "0192d3a0-7a10-7c1e-9d0b-000000000001",
    });
    assert_eq!(ana.post(&app, "/auth/register", body).await.status, 201);
    let me = ana.get(&app, "/auth/me").await.json();
    crate::support::assert_safe_user(&me, ANA);
    assert_ne!(me["id"], "0192d3a0-7a10-7c1e-9d0b-000000000001");
}
