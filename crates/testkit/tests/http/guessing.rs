//! Guessed passwords: how many are tried at all, what the guesser learns, and what the owner notices.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::limits::{Limits, Rate};
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::LoginCommand;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, both_engines};
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::{ANA, PASSWORD, credentials, profile, refresh};

/// Counts by account alone.
async fn guarded(kind: Kind, free: u32) -> TestApp {
    let setup = Setup::new(kind).policy(|policy| {
        policy.limits = Limits {
            login_account: Some(Rate::per_seconds(free, 900)),
            ..Limits::OFF
        };
    });
    TestApp::new(setup.start().await)
}

async fn guess(app: &TestApp, email: &str) -> Answer {
    app.post("/auth/login", credentials(email, "not the password"))
        .await
}

/// What a guesser sees, without what differs from request to request anyway.
fn seen(answer: &Answer) -> (u16, BTreeMap<String, String>, Value) {
    let mut body = answer.json();
    for field in ["timestamp", "requestId"] {
        assert!(body[field].take().is_string(), "{field} in {}", answer.text);
    }
    let named = answer.headers.iter();
    let headers = named
        .filter(|(name, _)| name.as_str() != "x-request-id")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status.as_u16(), headers.collect(), body)
}

both_engines! {
    a_burst_of_a_hundred_guesses_on_two_nodes_hashes_no_more_than_the_limit => |kind| async move {
        let app = guarded(kind, 10).await;
        app.register(ANA).await;
        // The other node has its own memory of everything but the limits.
        let nodes = [app.engine.auth.clone(), app.engine.restarted().await];
        let gate = Arc::new(Barrier::new(100));
        let mut guesses = JoinSet::new();
        for number in 0..100 {
            let (node, gate) = (nodes[number % 2].clone(), Arc::clone(&gate));
            let cmd = LoginCommand {
                tenant: TenantId::parse("default").unwrap(),
                email: Email::parse(ANA).unwrap(),
                password: Password::offered(&format!("a guess {number}")).unwrap(),
                client: app.engine.client(),
            };
            guesses.spawn(async move {
                gate.wait().await;
                node.login(cmd).await.unwrap_err().code()
            });
        }
        let codes = guesses.join_all().await;

        let answered = |code: Code| codes.iter().filter(|given| **given == code).count();
        assert_eq!((answered(Code::InvalidCredentials), answered(Code::RateLimited)), (10, 90));
        // Each failure that was hashed is an event of its own.
        let events = async |query| app.engine.database.number(query).await;
        assert_eq!(events("SELECT COUNT(*) FROM audit_events WHERE event = 'login_failed'").await, 10);
        assert_eq!(events("SELECT COUNT(*) FROM audit_events WHERE event = 'account_locked'").await, 90);
    };

    unknown_wrong_disabled_and_delayed_accounts_are_one_answer => |kind| async move {
        let app = guarded(kind, 3).await;
        app.register(ANA).await;
        let client = app.engine.client();
        for email in ["off@example.com", "reset@example.com"] {
            app.register(email).await;
        }
        let off = app.engine.login("off@example.com").await.unwrap().user;
        app.engine.auth.disable_user(&off.tenant, off.id, &client).await.unwrap();
        app.engine.request_reset("reset@example.com").await.unwrap();

        let mut series = Vec::new();
        for (email, password) in [
            ("nobody@example.com", PASSWORD),
            (ANA, "not the password"),
            ("off@example.com", PASSWORD),
            ("off@example.com", "not the password"),
            ("reset@example.com", "not the password"),
        ] {
            let mut answers = Vec::new();
            for _ in 0..5 {
                answers.push(seen(&app.post("/auth/login", credentials(email, password)).await));
            }
            series.push((email, answers));
            app.engine.clock.advance(Duration::from_secs(3600));
        }
        let (_, first) = &series[0];
        let statuses: Vec<u16> = first.iter().map(|(status, ..)| *status).collect();
        assert_eq!(statuses, [401, 401, 401, 429, 429]);
        for (email, answers) in &series {
            assert_eq!(answers, first, "{email}");
        }
    };

    a_hundred_guesses_never_throw_the_owner_out => |kind| async move {
        let app = guarded(kind, 5).await;
        let session = app.register(ANA).await;
        for _ in 0..100 {
            assert!([401, 429].contains(&guess(&app, ANA).await.status.as_u16()));
        }
        assert_eq!(profile(&app, &session.access_token()).await.status, 200);
        let refreshed = refresh(&app, &session.cookie()).await;
        assert_eq!(refreshed.status, 200);
        let logged_out = app.bearer(Method::POST, "/auth/logout", &refreshed.access_token()).await;
        assert_eq!(logged_out.status, 200);
        // Without a session the owner waits, at most a minute, or goes by mail at once.
        let late = app.post("/auth/login", credentials(ANA, PASSWORD)).await;
        assert_eq!(late.status, 429);
        assert!(late.header("retry-after").parse::<u64>().unwrap() <= 60);
        let token = app.engine.reset_token(ANA).await;
        app.engine.reset_password(&token, "a fresh start for ana").await.unwrap();
        let login = app.post("/auth/login", credentials(ANA, "a fresh start for ana")).await;
        assert_eq!(login.status, 200, "proof of the mailbox wipes the slate: {}", login.text);
    };
}
