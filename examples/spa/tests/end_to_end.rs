//! The example, as its page uses it.

use horizon_auth_testkit::Example;
use serde_json::json;

#[test]
fn a_page_registers_clicks_and_logs_out() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-spa"));
    let mut page = example.visitor();
    assert!(page.get("/", &[]).text.contains("<script src=\"/app.js\""));
    assert_eq!(page.get("/app.js", &[]).status, 200);
    assert_eq!(page.get("/auth/me", &[]).status, 401);

    let body = json!({ "email": "ana@example.com", "password": "correct horse battery staple" });
    let registered = page.post("/auth/register", &[], &body);
    assert_eq!(registered.status, 201, "{}", registered.text);
    assert!(
        !registered.text.contains("accessToken"),
        "no token for a script: {}",
        registered.text
    );
    assert_eq!(page.get("/auth/me", &[]).json()["email"], "ana@example.com");

    let csrf = page.get("/auth/csrf", &[]).json()["csrfToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = [("x-csrf-token", csrf.as_str())];
    assert_eq!(
        page.send("POST", "/clicks", &[], None).status,
        403,
        "a cookie alone is not enough"
    );
    let clicked = page.send("POST", "/clicks", &token, None);
    assert_eq!(clicked.text, "ana@example.com made click number 1");

    let session = page.cookie("session").unwrap().to_owned();
    assert_eq!(page.send("POST", "/auth/logout", &token, None).status, 204);
    assert_eq!(page.cookie("session"), None);
    let stolen = format!("session={session}");
    assert_eq!(
        page.get("/auth/me", &[("cookie", &stolen)]).status,
        401,
        "the cookie is dead"
    );
}
