//! The example, as its user sees it.

use horizon_auth_testkit::Example;
use serde_json::json;

#[test]
fn whoever_registers_is_greeted_by_name() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-minimal"));
    let mut ana = example.visitor();
    assert_eq!(ana.get("/", &[]).text, "Welcome, stranger\n");
    assert_eq!(ana.get("/hello", &[]).status, 401);

    let body = json!({ "email": "ana@example.com", "password": "correct horse battery staple" });
    let registered = ana.post("/auth/register", &[], &body);
    assert_eq!(registered.status, 201, "{}", registered.text);
    let bearer = format!("Bearer {}", registered.access_token());
    let authorization = [("authorization", bearer.as_str())];

    assert_eq!(ana.get("/hello", &authorization).text, "Hello, ana@example.com\n");
    assert_eq!(
        ana.get("/", &authorization).text,
        "Welcome back, ana@example.com\n"
    );
    assert_eq!(ana.get("/reports", &authorization).status, 403);
    assert_eq!(ana.get("/reports", &[]).status, 401);
    assert_eq!(ana.get("/nowhere", &authorization).status, 404);

    assert_eq!(ana.post("/auth/logout", &authorization, &json!({})).status, 200);
    assert_eq!(
        ana.get("/hello", &authorization).status,
        401,
        "the token died with the session"
    );
    assert_eq!(
        ana.get("/", &authorization).status,
        401,
        "bad credentials are refused where none are needed"
    );
    assert!(example.folder().join("app.db").exists());
}
