//! Changes of an account against everything else that may go on at the same instant.

use std::sync::Arc;

use axum::http::Method;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_testkit::{Kind, TestApp, TestAuth, both_engines};
use serde_json::json;
use tokio::task::JoinSet;

use super::account_delete::{delete, is_forgotten};
use crate::support::{PASSWORD, credentials, login, profile, refresh};

fn change(new: &str) -> serde_json::Value {
    json!({ "currentPassword": PASSWORD, "newPassword": new })
}

both_engines! {
    of_two_changes_at_once_one_wins => |kind: Kind| async move {
        let app = Arc::new(TestApp::new(TestAuth::on(kind).await));
        for round in 0..10 {
            let email = format!("ana{round}@example.com");
            let token = app.register(&email).await.access_token();
            let mut tasks = JoinSet::new();
            for number in 0..2 {
                let (app, token) = (Arc::clone(&app), token.clone());
                tasks.spawn(async move {
                    let new = format!("the new password {number}");
                    let answer = app.bearer_json(Method::POST, "/auth/password/change", &token, change(&new)).await;
                    (new, answer)
                });
            }
            let outcomes = tasks.join_all().await;
            let won: Vec<_> = outcomes.iter().filter(|(_, answer)| answer.status == 200).collect();
            assert_eq!(won.len(), 1, "round {round}: {outcomes:?}");
            let (new, answer) = won[0];
            assert_eq!(app.post("/auth/login", credentials(&email, new)).await.status, 200);
            assert_eq!(profile(&app, &answer.access_token()).await.status, 200);
        }
    };

    a_change_against_log_ins_with_the_old_password_leaves_none_of_them_alive => |kind: Kind| async move {
        let app = Arc::new(TestApp::new(TestAuth::on(kind).await));
        for round in 0..15 {
            let email = format!("ana{round}@example.com");
            let registered = app.register(&email).await;
            let user: UserId = UserId::from_uuid(registered.json()["user"]["id"].as_str().unwrap().parse().unwrap());
            let mut tasks = JoinSet::new();
            for number in 0..7 {
                let (app, email, token) = (Arc::clone(&app), email.clone(), registered.access_token());
                tasks.spawn(async move {
                    if number == 3 {
                        let body = change("the new password");
                        let answer = app.bearer_json(Method::POST, "/auth/password/change", &token, body).await;
                        assert_eq!(answer.status, 200, "{}", answer.text);
                    } else {
                        // Won or lost: what matters is what is alive afterwards.
                        let _ = login(&app, &email).await;
                    }
                });
            }
            tasks.join_all().await;
            let tenant = TenantId::parse("default").unwrap();
            let alive = app.engine.auth.live_sessions(&tenant, user).await.unwrap();
            assert_eq!(alive, 1, "round {round}: only the one that changed it");
        }
    };

    a_deletion_against_everything_leaves_no_row_of_the_user => |kind: Kind| async move {
        let app = Arc::new(TestApp::new(TestAuth::on(kind).await));
        for round in 0..10 {
            let email = format!("ana{round}@example.com");
            let ana = app.register(&email).await;
            let id = ana.json()["user"]["id"].as_str().unwrap().to_owned();
            let mut tasks = JoinSet::new();
            for number in 0..8 {
                let (app, email, ana) = (Arc::clone(&app), email.clone(), ana.clone());
                tasks.spawn(async move {
                    let token = ana.access_token();
                    let answer = match number {
                        0 => refresh(&app, &ana.cookie()).await,
                        1 => login(&app, &email).await,
                        2 => app.bearer(Method::GET, "/auth/account/export", &token).await,
                        3 => app.bearer_json(Method::PATCH, "/auth/profile", &token, json!({ "fullName": "Ana" })).await,
                        4 => delete(&app, &token, "not the password").await,
                        5 => {
                            let body = json!({ "currentPassword": PASSWORD, "newEmail": format!("new.{email}") });
                            app.bearer_json(Method::POST, "/auth/email/change", &token, body).await
                        }
                        6 => app.bearer(Method::POST, "/auth/logout", &token).await,
                        _ => delete(&app, &token, PASSWORD).await,
                    };
                    assert!(answer.status.as_u16() < 500, "{number}: {}", answer.text);
                });
            }
            tasks.join_all().await;
            // A log-out may have come first and taken the token of the deletion along.
            let again = login(&app, &email).await;
            if again.status == 200 {
                assert_eq!(delete(&app, &again.access_token(), PASSWORD).await.status, 204);
            }
            assert!(is_forgotten(&app, &id).await, "round {round}");
        }
    };
}
