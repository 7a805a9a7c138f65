//! A whole life: register, log in, use, refresh, log out; and a restart in between.

use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, TestApp, TestAuth, both_engines};
use serde_json::json;

use crate::support::{ANA, assert_pair, assert_problem, assert_safe_user, login, profile, refresh};
use axum::http::Method;

both_engines! {
    a_person_registers_logs_in_looks_refreshes_and_logs_out => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let registered = app.register(ANA).await;
        assert_pair(&registered, 201, ANA);

        let logged_in = login(&app, ANA).await;
        assert_pair(&logged_in, 200, ANA);
        assert_eq!(logged_in.json()["user"], registered.json()["user"]);

        let seen = profile(&app, &logged_in.access_token()).await;
        assert_eq!(seen.status, 200);
        assert_safe_user(&seen.json(), ANA);

        let refreshed = refresh(&app, &logged_in.cookie()).await;
        assert_pair(&refreshed, 200, ANA);
        assert_ne!(refreshed.cookie(), logged_in.cookie());
        assert_ne!(refreshed.access_token(), logged_in.access_token());
        assert_eq!(profile(&app, &refreshed.access_token()).await.status, 200);

        let out = app.bearer(Method::POST, "/auth/logout", &refreshed.access_token()).await;
        assert_eq!((out.status.as_u16(), out.json()), (200, json!({ "message": "Logged out" })));
        for token in [registered, logged_in, refreshed.clone()].map(|answer| answer.access_token()) {
            assert_problem(&profile(&app, &token).await, Code::TokenRevoked, "/auth/profile");
        }
        assert_problem(&refresh(&app, &refreshed.cookie()).await, Code::SessionEnded, "/auth/refresh");
    };

    a_revoked_token_stays_revoked_after_a_restart => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let ben = app.register("ben@example.com").await;
        app.bearer(Method::POST, "/auth/logout", &ana.access_token()).await;

        let mut engine = app.engine;
        engine.auth = engine.restarted().await;
        let app = TestApp::new(engine);

        assert_problem(&profile(&app, &ana.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_problem(&refresh(&app, &ana.cookie()).await, Code::SessionEnded, "/auth/refresh");
        assert_eq!(profile(&app, &ben.access_token()).await.status, 200, "others are untouched");
        assert_pair(&refresh(&app, &ben.cookie()).await, 200, "ben@example.com");
    };
}
