//! `POST /auth/login`.

use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, TestApp, TestAuth, both_engines};
use serde_json::json;

use crate::support::{
    ANA, app, app_with, assert_pair, assert_problem, credentials, keys, login, messages, profile, refresh,
};

const PATH: &str = "/auth/login";

both_engines! {
    unknown_address_wrong_password_and_disabled_account_are_one_answer => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        for email in [ANA, "off@example.com"] {
            app.register(email).await;
        }
        let disable = "UPDATE users SET disabled_at = 1 WHERE email = 'off@example.com'";
        app.engine.database.execute(disable).await;
        let mut answers = vec![
            app.post(PATH, credentials("nobody@example.com", "correct horse battery staple")).await,
            app.post(PATH, credentials(ANA, "not her password")).await,
            app.post(PATH, credentials("off@example.com", "correct horse battery staple")).await,
            app.post(PATH, credentials("off@example.com", "not the password")).await,
        ];
        for answer in &mut answers {
            assert_problem(answer, Code::InvalidCredentials, PATH);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert!(!answer.headers.contains_key("set-cookie"));
            answer.text = answer.text.replace(answer.header("x-request-id"), "…");
            answer.headers.remove("x-request-id");
        }
        for answer in &answers {
            assert_eq!(answer.text, answers[0].text);
            assert_eq!(answer.headers, answers[0].headers);
        }
    };

    an_unproved_address_is_told_so_only_after_the_right_password => |kind: Kind| async move {
        let setup = horizon_auth_testkit::Setup::new(kind).policy(|policy| policy.require_verified_email = true);
        let app = TestApp::new(setup.start().await);
        app.register(ANA).await;
        let wrong = app.post(PATH, credentials(ANA, "not her password")).await;
        assert_problem(&wrong, Code::InvalidCredentials, PATH);
        let right = login(&app, ANA).await;
        assert_problem(&right, Code::EmailNotVerified, PATH);
        assert!(!right.headers.contains_key("set-cookie"));
        app.engine.database.execute("UPDATE users SET email_verified_at = 1").await;
        let proved = login(&app, ANA).await;
        assert_eq!(proved.status, 200);
        assert_eq!(proved.json()["user"]["emailVerified"], true);
    };
}

#[tokio::test]
async fn a_login_answers_user_and_access_token_and_sets_the_cookie() {
    let app = app().await;
    app.register(ANA).await;
    assert_pair(&login(&app, "  ANA@Example.COM ").await, 200, ANA);
}

#[tokio::test]
async fn every_login_is_a_session_of_its_own() {
    let app = app().await;
    app.register(ANA).await;
    let (laptop, phone) = (login(&app, ANA).await, login(&app, ANA).await);
    assert_ne!(laptop.cookie(), phone.cookie());
    assert_pair(&refresh(&app, &laptop.cookie()).await, 200, ANA);
    assert_pair(&refresh(&app, &phone.cookie()).await, 200, ANA);
}

#[tokio::test]
async fn the_access_token_carries_the_claims_of_the_decision_and_no_more() {
    let app = app().await;
    let answer = app.register(ANA).await;
    let token = answer.access_token();
    let part = |number: usize| {
        use base64::Engine as _;
        let text = token.split('.').nth(number).unwrap();
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(text)
            .unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    };
    let (header, claims) = (part(0), part(1));
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("at+jwt"))
    );
    assert!(header["kid"].is_string());
    assert_eq!(claims["sub"], answer.json()["user"]["id"]);
    assert_eq!(
        (&claims["email"], &claims["tenantId"]),
        (&json!(ANA), &json!("default"))
    );
    assert_eq!(claims["roles"], json!(["user"]));
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        900
    );
    let known = [
        "sub", "email", "tenantId", "roles", "iat", "exp", "iss", "aud", "jti", "sid",
    ];
    for name in known {
        assert!(!claims[name].is_null(), "{name} is missing");
    }
    let extra: Vec<_> = keys(&claims)
        .into_iter()
        .filter(|name| !known.contains(&name.as_str()))
        .collect();
    assert_eq!(
        extra,
        ["epoch", "tenantEpoch"],
        "beside the decision's claims, only the counted cut-offs"
    );
}

#[tokio::test]
async fn an_offered_password_may_break_the_rules_for_new_ones_but_not_be_endless() {
    let app = app().await;
    app.register(ANA).await;
    for password in ["x", &"x".repeat(1024)] {
        let answer = app.post(PATH, credentials(ANA, password)).await;
        assert_problem(&answer, Code::InvalidCredentials, PATH);
    }
    let answer = app.post(PATH, credentials(ANA, &"x".repeat(1025))).await;
    assert_eq!(messages(&answer), ["Password must be at most 128 characters"]);
    let answer = app.post(PATH, json!({ "email": "ana", "password": "" })).await;
    assert_eq!(
        messages(&answer),
        [
            "Email must be a valid address such as ana@example.com",
            "Password must not be empty"
        ]
    );
}

#[tokio::test]
async fn an_account_disabled_later_can_neither_look_nor_refresh() {
    let app = app_with(|_| {}).await;
    let ana = app.register(ANA).await;
    app.engine
        .database
        .execute("UPDATE users SET disabled_at = 1")
        .await;
    assert_problem(
        &profile(&app, &ana.access_token()).await,
        Code::TokenInvalid,
        "/auth/profile",
    );
    assert_problem(
        &refresh(&app, &ana.cookie()).await,
        Code::SessionEnded,
        "/auth/refresh",
    );
}
