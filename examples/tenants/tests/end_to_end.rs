//! The example, as people of two customers see it.

use horizon_auth_testkit::{Example, Visitor};
use serde_json::json;

fn register(visitor: &mut Visitor) -> String {
    let body = json!({ "email": "ana@example.com", "password": "correct horse battery staple" });
    let registered = visitor.post("/auth/register", &[], &body);
    assert_eq!(registered.status, 201, "{}", registered.text);
    format!("Bearer {}", registered.access_token())
}

#[test]
fn one_address_is_two_people_in_two_tenants_and_no_token_crosses() {
    let example = Example::start(env!("CARGO_BIN_EXE_example-tenants"));
    let at =
        |tenant: &str| example.visitor_of(&format!("{tenant}.example.localhost:{}", example.address.port()));
    let (mut acme, mut globex) = (at("acme"), at("globex"));
    assert_eq!(acme.get("/", &[]).text, "This is acme\n");

    let (of_acme, of_globex) = (register(&mut acme), register(&mut globex));

    let hello = acme.get("/hello", &[("authorization", &of_acme)]);
    assert_eq!(hello.text, "Hello ana@example.com, you belong to acme\n");
    let hello = globex.get("/hello", &[("authorization", &of_globex)]);
    assert_eq!(hello.text, "Hello ana@example.com, you belong to globex\n");
    let crossed = globex.get("/hello", &[("authorization", &of_acme)]);
    assert_eq!(
        (crossed.status.as_u16(), crossed.code()),
        (403, "tenant_mismatch".to_owned())
    );
    assert_eq!(at("nobody").get("/", &[]).status, 404);
}
