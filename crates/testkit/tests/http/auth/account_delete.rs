//! `DELETE /auth/account`: nothing of the person is left.

use axum::http::Method;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, TestApp, TestAuth, both_engines};
use serde_json::json;

use crate::support::{ANA, PASSWORD, assert_problem, login, profile, refresh};

const PATH: &str = "/auth/account";

pub(super) async fn delete(app: &TestApp, token: &str, password: &str) -> Answer {
    app.bearer_json(
        Method::DELETE,
        PATH,
        token,
        json!({ "currentPassword": password }),
    )
    .await
}

/// Whether the id of a person stands anywhere but among the revocations, which outlive access tokens.
pub(super) async fn is_forgotten(app: &TestApp, id: &str) -> bool {
    let dump = app.engine.database.dump().await.to_lowercase();
    let hex = id.replace('-', "");
    let mut lines = dump.lines().filter(|line| !line.starts_with("revocations: "));
    !lines.any(|line| line.contains(id) || line.contains(&hex))
}

both_engines! {
    a_deleted_account_leaves_a_pseudonym_and_a_farewell => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let other = login(&app, ANA).await;
        let id = ana.json()["user"]["id"].as_str().unwrap().to_owned();
        assert!(!is_forgotten(&app, &id).await, "the search sees ids");

        let gone = delete(&app, &ana.access_token(), PASSWORD).await;

        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
        assert!(gone.header("set-cookie").contains("Max-Age=0"));
        for old in [&ana, &other] {
            assert_problem(&profile(&app, &old.access_token()).await, Code::TokenRevoked, "/auth/profile");
            assert_problem(&refresh(&app, &old.cookie()).await, Code::RefreshInvalid, "/auth/refresh");
        }
        assert_problem(&login(&app, ANA).await, Code::InvalidCredentials, "/auth/login");
        assert!(is_forgotten(&app, &id).await);
        for table in [
            "SELECT COUNT(*) FROM users",
            "SELECT COUNT(*) FROM passwords",
            "SELECT COUNT(*) FROM user_roles",
            "SELECT COUNT(*) FROM sessions",
            "SELECT COUNT(*) FROM refresh_tokens",
            "SELECT COUNT(*) FROM one_time_tokens",
        ] {
            assert_eq!(app.engine.database.number(table).await, 0, "{table}");
        }
        app.engine.deliver_all().await;
        assert_eq!(app.engine.mailbox.kinds_to(ANA), [MailKind::AccountDeleted]);
        assert_eq!(app.register(ANA).await.status, 201, "the address is free again");
    };

    a_wrong_password_deletes_nothing => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = ana.access_token();

        assert_problem(&delete(&app, &token, "not the password").await, Code::PasswordIncorrect, PATH);
        let empty = app.bearer_json(Method::DELETE, PATH, &token, json!({})).await;
        assert_problem(&empty, Code::InvalidInput, PATH);

        assert_eq!(profile(&app, &token).await.json(), ana.json()["user"]);
        assert_eq!(refresh(&app, &ana.cookie()).await.status, 200);
    };
}
