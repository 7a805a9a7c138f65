//! The routes of one's own account, with a cookie.

use axum::http::Method;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, both_engines};
use serde_json::json;

use super::{ANA, Browser, CSRF, PASSWORD, SESSION, ana, app_on, credentials, set_cookies};
use crate::support::{OTHER_PASSWORD, assert_problem, keys, names};

both_engines! {
    a_new_password_ends_every_session_and_brings_the_caller_a_new_cookie => |kind: Kind| async move {
        let app = app_on(kind).await;
        let (mut here, there) = (ana(&app).await, Browser::logged_in(&app, ANA).await);
        let before = here.clone();
        let body = json!({ "currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD });

        let answer = here.post(&app, "/auth/password/change", body).await;

        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(keys(&answer.json()), names(["id", "email", "emailVerified"]));
        assert_eq!(keys(&json!(set_cookies(&answer))), names([SESSION, CSRF]));
        assert_ne!(here.secret(), before.secret());
        assert_ne!(here.token, before.token, "the token against cross-site requests goes with it");
        assert_eq!((here.me(&app).await, before.me(&app).await, there.me(&app).await), (200, 401, 401));
        assert_eq!(here.bare(&app, Method::POST, "/auth/logout").await.status, 204);
    };

    a_wrong_present_password_changes_nothing => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut ana = ana(&app).await;
        let wrong = json!({ "currentPassword": "not her password", "newPassword": OTHER_PASSWORD });
        for (method, path) in [
            (Method::POST, "/auth/password/change"),
            (Method::POST, "/auth/account/deactivate"),
            (Method::DELETE, "/auth/account"),
        ] {
            let request = ana
                .request(method, path)
                .header("content-type", "application/json")
                .body(wrong.to_string().into());
            let answer = ana.send(&app, request.unwrap()).await;
            assert_problem(&answer, Code::PasswordIncorrect, path);
            assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        }
        assert_eq!(ana.me(&app).await, 200);
    };

    an_account_that_is_switched_off_or_deleted_takes_the_cookies_along => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut here = ana(&app).await;
        let there = Browser::logged_in(&app, ANA).await;
        let password = json!({ "currentPassword": PASSWORD });

        let off = here.post(&app, "/auth/account/deactivate", password.clone()).await;
        assert_eq!(off.status, 200, "{}", off.text);
        assert!(here.jar.is_empty());
        assert_eq!(there.me(&app).await, 401);
        let refused = here.login(&app, ANA).await;
        assert_problem(&refused, Code::InvalidCredentials, "/auth/login");

        let on = here.post(&app, "/auth/account/reactivate", credentials(ANA, PASSWORD)).await;
        assert_eq!(on.status, 200, "{}", on.text);
        assert_eq!(keys(&on.json()), names(["id", "email", "emailVerified"]));
        assert_eq!((here.me(&app).await, there.me(&app).await), (200, 401), "nothing that ended begins again");

        let request = here
            .request(Method::DELETE, "/auth/account")
            .header("content-type", "application/json")
            .body(password.to_string().into());
        let gone = here.clone();
        assert_eq!(here.send(&app, request.unwrap()).await.status, 204);
        assert!(here.jar.is_empty());
        assert_eq!(gone.me(&app).await, 401);
        assert_eq!(app.engine.database.number("SELECT COUNT(*) FROM sessions").await, 0);
    };

    another_address_ends_every_session => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut me = ana(&app).await;
        let body = json!({ "currentPassword": PASSWORD, "newEmail": "ana@other.example" });
        assert_eq!(me.post(&app, "/auth/email/change", body).await.status, 200);
        let token = app.engine.mailed_token("ana@other.example", MailKind::ConfirmEmailChange).await;

        let confirmed = me.post(&app, "/auth/email/change/confirm", json!({ "token": token })).await;

        assert_eq!(confirmed.status, 200, "{}", confirmed.text);
        assert_eq!(me.me(&app).await, 401);
        assert_eq!(Browser::default().login(&app, "ana@other.example").await.status, 200);
    };

    a_copy_of_ones_data_has_no_secret_of_a_session => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut me = ana(&app).await;
        let copy = me.get(&app, "/auth/account/export").await;
        assert_eq!(copy.status, 200);
        assert_eq!(copy.json()["sessions"].as_array().unwrap().len(), 1);
        assert!(!copy.text.contains("hzs_") && !copy.text.contains(me.secret()));
    };

    a_new_profile_is_seen_at_once => |kind: Kind| async move {
        let app = app_on(kind).await;
        let mut me = ana(&app).await;
        let request = me
            .request(Method::PATCH, "/auth/profile")
            .header("content-type", "application/json")
            .body(json!({ "fullName": "Ana Ω" }).to_string().into());
        assert_eq!(me.send(&app, request.unwrap()).await.status, 200);
        assert_eq!(me.get(&app, "/auth/me").await.json()["fullName"], "Ana Ω");
    };
}
