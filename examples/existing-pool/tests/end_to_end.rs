//! The example, as its users see it.

use horizon_auth_testkit::{Example, Visitor};
use serde_json::{Value, json};

fn sign_in(visitor: &mut Visitor, email: &str) -> String {
    let body = json!({ "email": email, "password": "correct horse battery staple" });
    let registered = visitor.post("/auth/register", &[], &body);
    assert_eq!(registered.status, 201, "{}", registered.text);
    format!("Bearer {}", registered.access_token())
}

fn notes(visitor: &mut Visitor, bearer: &str) -> Value {
    visitor.get("/notes", &[("authorization", bearer)]).json()
}

#[test]
fn everybody_sees_their_own_notes() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-existing-pool"));
    let mut visitor = example.visitor();
    let (ana, ben) = (
        sign_in(&mut visitor, "ana@example.com"),
        sign_in(&mut visitor, "ben@example.com"),
    );

    let note = json!({ "text": "buy milk" });
    assert_eq!(visitor.post("/notes", &[], &note).status, 401);
    let added = visitor.post("/notes", &[("authorization", &ana)], &note);
    assert_eq!(added.status, 201, "{}", added.text);

    assert_eq!(notes(&mut visitor, &ana), json!([{ "text": "buy milk" }]));
    assert_eq!(notes(&mut visitor, &ben), json!([]));
    assert!(
        example.folder().join("notes.db.signing-key.pem").exists(),
        "the key of development is beside the database"
    );
}
