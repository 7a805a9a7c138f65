//! `POST /auth/register` where nobody may learn which addresses have accounts.

use horizon_auth_core::domain::policy::Enumeration;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, both_engines};
use serde_json::Value;

use crate::support::{ANA, PASSWORD, assert_problem, assert_safe_user, credentials, headers, login};

/// The answer with everything blanked that differs from request to request.
fn shape(answer: &Answer) -> String {
    let body = answer.json();
    let mut text = answer.text.clone();
    for field in ["id", "email", "createdAt", "updatedAt"] {
        let Value::String(value) = &body["user"][field] else {
            panic!("{field} is missing in {text}");
        };
        text = text.replace(&format!("\"{value}\""), "\"…\"");
    }
    text
}

both_engines! {
    known_and_unknown_addresses_get_answers_of_one_shape => |kind: Kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.enumeration = Enumeration::Private);
        let app = TestApp::new(setup.start().await);
        let with_name = |email: &str| {
            let mut body = credentials(email, PASSWORD);
            body["fullName"] = "Somebody".into();
            body
        };
        let first = app.post("/auth/register", with_name(ANA)).await;
        let known = app.post("/auth/register", with_name("ANA@example.com")).await;
        let unknown = app.post("/auth/register", with_name("ben@example.com")).await;

        for (answer, email) in [(&first, ANA), (&known, ANA), (&unknown, "ben@example.com")] {
            assert_eq!(answer.status, 202);
            assert_eq!(shape(answer), shape(&first));
            assert_eq!(headers(answer), headers(&first));
            assert_safe_user(&answer.json()["user"], email);
            assert!(!answer.headers.contains_key("set-cookie"));
        }
        assert_ne!(known.json()["user"]["id"], first.json()["user"]["id"], "the owner's id is not told");

        let count = async |sql| app.engine.database.number(sql).await;
        assert_eq!(count("SELECT COUNT(*) FROM users").await, 2);
        assert_eq!(count("SELECT COUNT(*) FROM outbox WHERE kind = 'already_registered'").await, 1);
        assert_eq!(count("SELECT COUNT(*) FROM outbox WHERE kind = 'verify_email'").await, 2);
    };

    logging_in_after_a_second_registration_tells_nothing_either => |kind: Kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.enumeration = Enumeration::Private);
        let app = TestApp::new(setup.start().await);
        app.register(ANA).await;
        let intruder = credentials(ANA, "the password of an intruder");
        assert_eq!(app.post("/auth/register", intruder.clone()).await.status, 202);
        let refused = app.post("/auth/login", intruder).await;
        assert_problem(&refused, Code::InvalidCredentials, "/auth/login");
        assert_problem(&login(&app, ANA).await, Code::EmailNotVerified, "/auth/login");
    };
}
