//! `horizon-auth openapi`: what it prints is what is committed, and what a server serves.

use std::path::Path;

use serde_json::Value;

use crate::support::{Installation, run, stderr, stdout};

#[test]
fn the_documents_of_the_profiles_are_those_of_the_documentation() {
    let nowhere = tempfile::tempdir().unwrap();
    for profile in ["token", "session", "both"] {
        let printed = run(nowhere.path(), &["openapi", "--profile", profile]);
        assert!(printed.status.success(), "{}", stderr(&printed));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi");
        let committed = std::fs::read_to_string(path.join(format!("{profile}.json"))).unwrap();
        assert!(stdout(&printed) == committed, "{profile}");
    }
}

#[test]
fn a_server_in_development_serves_what_is_printed_for_its_configuration() {
    let installation = Installation::new("http.profile = \"both\"\n");
    let printed = installation.run(&["openapi"]);
    let printed: Value = serde_json::from_str(&stdout(&printed)).unwrap();
    let running = installation.serve();
    let served = running.get("/openapi.json", "");
    assert_eq!(served.status(), 200);
    assert_eq!(served.json(), printed);
    assert_eq!(running.get("/docs", "").status(), 200);
}

#[test]
fn a_server_that_was_told_not_to_does_not() {
    let installation = Installation::new("http.openapi = \"off\"\n");
    let running = installation.serve();
    assert_eq!(running.get("/openapi.json", "").status(), 404);
    assert_eq!(running.get("/docs", "").status(), 404);
}
