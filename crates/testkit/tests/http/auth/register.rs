//! `POST /auth/register`.

use horizon_auth_core::domain::role::Role;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, TestApp, TestAuth, both_engines};
use serde_json::{Value, json};

use crate::support::{
    ANA, PASSWORD, app, app_with, assert_pair, assert_problem, assert_safe_user, credentials, json_text,
    keys, login, messages, names, profile,
};

const PATH: &str = "/auth/register";

both_engines! {
    the_same_address_in_another_spelling_is_taken => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let first = app.register("Zo\u{eb}@Example.com").await;
        assert_pair(&first, 201, "zo\u{eb}@example.com");
        for spelling in ["zo\u{eb}@example.com", "ZO\u{cb}@EXAMPLE.COM", "zoe\u{308}@example.com", " Zoe\u{308}@Example.com\n"] {
            assert_problem(&app.register(spelling).await, Code::EmailTaken, PATH);
            assert_eq!(login(&app, spelling).await.status, 200, "{spelling:?} is the same account");
        }
    };
}

#[tokio::test]
async fn a_name_is_kept_trimmed_and_an_empty_one_is_none() {
    let app = app().await;
    for (number, (given, kept)) in [
        (json!("  Ana  de la Cruz "), json!("Ana  de la Cruz")),
        (json!("   "), Value::Null),
        (Value::Null, Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = credentials(&format!("ana{number}@example.com"), PASSWORD);
        body["fullName"] = given;
        let answer = app.post(PATH, body).await;
        assert_eq!(answer.json()["user"]["fullName"], kept);
    }
}

#[tokio::test]
async fn fields_that_are_not_the_clients_business_have_no_effect() {
    let app = app().await;
    let mut body = credentials(ANA, PASSWORD);
    for (name, value) in [
        ("roles", json!(["admin"])),
        ("role", json!("admin")),
        ("tenantId", json!("other")),
        ("tenant_id", json!("other")),
        ("emailVerified", json!(true)),
        ("emailVerifiedAt", json!("2020-01-01T00:00:00Z")),
        ("isAdmin", json!(true)),
        ("id", json!("00000000-0000-7000-8000-000000000000")),
        ("__proto__", json!({ "roles": ["admin"] })),
    ] {
        body[name] = value;
    }
    let answer = app.post(PATH, body).await;
    assert_pair(&answer, 201, ANA); // asserts roles, tenant and emailVerified
    assert_ne!(
        answer.json()["user"]["id"],
        "00000000-0000-7000-8000-000000000000"
    );
    assert_safe_user(&profile(&app, &answer.access_token()).await.json(), ANA);
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    let app = app().await;
    let all_wrong = json!({ "email": "ana", "password": "short", "fullName": "a\u{7}b" });
    let answer = app.post(PATH, all_wrong).await;
    assert_problem(&answer, Code::InvalidInput, PATH);
    assert_eq!(
        messages(&answer),
        [
            "Email must be a valid address such as ana@example.com",
            "Password must be at least 8 characters",
            "FullName must not contain control characters",
        ]
    );
    let answer = app.post(PATH, json!({})).await;
    assert_eq!(messages(&answer), ["Email is required", "Password is required"]);
}

#[tokio::test]
async fn null_and_other_types_are_not_strings() {
    let app = app().await;
    for wrong in [
        json!(null),
        json!(12_345_678),
        json!(true),
        json!([ANA]),
        json!({ "$ne": "" }),
    ] {
        let answer = app
            .post(PATH, json!({ "email": wrong, "password": wrong, "fullName": 1 }))
            .await;
        assert_problem(&answer, Code::InvalidInput, PATH);
        assert_eq!(
            messages(&answer),
            [
                "Email must be a string",
                "Password must be a string",
                "FullName must be a string"
            ]
        );
    }
}

#[tokio::test]
async fn lengths_are_counted_in_code_points_at_both_ends() {
    let app = app().await;
    // An e with a combining accent is one code point after NFC.
    for (password, accepted) in [
        ("e\u{301}".repeat(7), false),
        ("e\u{301}".repeat(8), true),
        ("\u{1f511}".repeat(128), true),
        ("\u{1f511}".repeat(129), false),
        ("a".repeat(5_000), false),
    ] {
        let email = format!("u{}@example.com", password.len());
        let answer = app.post(PATH, credentials(&email, &password)).await;
        assert_eq!(
            answer.status == 201,
            accepted,
            "{} bytes: {}",
            password.len(),
            answer.text
        );
    }
    for (length, accepted) in [(200, true), (201, false)] {
        let mut body = credentials(&format!("n{length}@example.com"), PASSWORD);
        body["fullName"] = "\u{e9}".repeat(length).into();
        assert_eq!(
            app.post(PATH, body).await.status == 201,
            accepted,
            "{length} letters"
        );
    }
}

#[tokio::test]
async fn a_nul_in_the_password_is_just_a_character() {
    let app = app().await;
    let body = r#"{"email":"ana@example.com","password":"abcd\u0000efgh"}"#;
    assert_eq!(json_text(&app, PATH, body).await.status, 201);
    assert_eq!(json_text(&app, "/auth/login", body).await.status, 200);
    let cut = json_text(
        &app,
        "/auth/login",
        r#"{"email":"ana@example.com","password":"abcd"}"#,
    )
    .await;
    assert_problem(&cut, Code::InvalidCredentials, "/auth/login");
}

#[tokio::test]
async fn a_new_user_gets_the_default_roles_of_the_policy() {
    let app = app_with(|policy| {
        policy.default_roles = vec![Role::parse("member").unwrap(), Role::parse("reader").unwrap()];
    })
    .await;
    let answer = app.register(ANA).await;
    assert_eq!(answer.json()["user"]["roles"], json!(["member", "reader"]));
}

#[tokio::test]
async fn with_verification_required_the_answer_carries_no_credentials() {
    let app = app_with(|policy| policy.require_verified_email = true).await;
    let answer = app.register(ANA).await;
    assert_eq!(answer.status, 202);
    let body = answer.json();
    assert_eq!(keys(&body), names(["user", "requiresVerification"]));
    assert_eq!(body["requiresVerification"], true);
    assert_safe_user(&body["user"], ANA);
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_problem(&app.register(ANA).await, Code::EmailTaken, PATH);
    let sessions = app.engine.database.number("SELECT COUNT(*) FROM sessions").await;
    let mails = app
        .engine
        .database
        .number("SELECT COUNT(*) FROM outbox WHERE kind = 'verify_email'")
        .await;
    assert_eq!((sessions, mails), (0, 1));
}
