//! New passwords that anybody would guess first, through the router.

use horizon_auth_core::error::Error;
use horizon_auth_testkit::{Kind, Setup, TestApp, both_engines};

use super::{ANA, PASSWORD, register};

async fn strict(kind: Kind) -> TestApp {
    TestApp::new(
        Setup::new(kind)
            .policy(|policy| policy.blocklist = true)
            .start()
            .await,
    )
}

both_engines! {
    common_passwords_and_those_made_of_the_address_or_the_product_are_refused => |kind: Kind| async move {
        let app = strict(kind).await;
        let common = "Password must not be one of the most common passwords";
        let context = "Password must not be based on your address or the name of this service";
        for (email, password, message) in [
            (ANA, "password123", common),
            (ANA, "PassWord1", common),
            (ANA, "iloveyou", common),
            (ANA, "12345678", common),
            (ANA, "zzzzzzzzzzzz", common),
            ("ana.lopez@acme.example", "Ana.Lopez1", context),
            ("ana.lopez@acme.example", "ana.lopez@acme.example", context),
            ("ana@northwind.example", "Northwind24", context),
            (ANA, "Horizon Auth!", context),
            (ANA, "horizonauth1", context),
        ] {
            let answer = register(&app, email, password).await;
            assert_eq!(answer.status, 400, "{password}: {}", answer.text);
            assert_eq!(answer.code(), "invalid_input");
            assert_eq!(answer.json()["message"], serde_json::json!([message]), "{password}");
            assert!(!answer.text.contains(password), "the password is not repeated");
        }
        for rows in ["SELECT COUNT(*) FROM users", "SELECT COUNT(*) FROM outbox"] {
            assert_eq!(app.engine.database.number(rows).await, 0, "{rows}");
        }
        assert_eq!(register(&app, ANA, PASSWORD).await.status, 201);
    };
}

#[tokio::test]
async fn a_reset_refuses_the_same_passwords_and_leaves_the_link_as_it_was() {
    let app = strict(Kind::Sqlite).await;
    let t = &app.engine;
    t.signed_in(ANA).await;
    let link = t.reset_token(ANA).await;
    for password in ["password123", "horizonauth1"] {
        let refused = t.reset_password(&link, password).await.unwrap_err();
        let Error::Invalid(violations) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(violations[0].field, "newPassword");
    }
    assert!(t.login(ANA).await.is_ok(), "the old password is still the one");
    t.reset_password(&link, "a wholly different password")
        .await
        .unwrap();
    assert!(t.login(ANA).await.is_err());
}

#[tokio::test]
async fn the_answer_is_the_same_whether_or_not_the_address_is_known() {
    let app = strict(Kind::Sqlite).await;
    assert_eq!(register(&app, ANA, PASSWORD).await.status, 201);
    let [known, unknown] = [
        register(&app, ANA, "password").await,
        register(&app, "ben@example.com", "password").await,
    ];
    assert_eq!(known.json()["message"], unknown.json()["message"]);
    assert_eq!((known.status, known.code()), (unknown.status, unknown.code()));
}

#[tokio::test]
async fn a_password_that_became_common_still_logs_in() {
    let lax = TestApp::new(Setup::new(Kind::Sqlite).start().await);
    assert_eq!(register(&lax, ANA, "password1").await.status, 201);
    let strict = Setup::new(Kind::Sqlite).policy(|policy| policy.blocklist = true);
    let TestApp { engine, .. } = lax;
    let strict = TestApp::new(strict.start_on(engine.database).await);
    assert_eq!(super::login(&strict, "password1").await.status, 200);
}
