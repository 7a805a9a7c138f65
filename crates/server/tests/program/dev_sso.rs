//! `horizon-auth dev --sso`: one log-in for all applications of a developer.

use std::path::Path;

use horizon_auth_testkit::free_port;

use crate::support::{ANA, Running, mode, program, run, stderr};

fn dev(folder: &Path) -> (Running, u16) {
    let port = free_port();
    let mut command = program(folder);
    command.args(["dev", "--sso", "--listen", &format!("127.0.0.1:{port}")]);
    (Running::start(command), port)
}

#[test]
fn it_trusts_the_pages_of_development_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let (running, _) = dev(folder.path());
    let preflight = |origin: &str| {
        let head = "OPTIONS /auth/refresh HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
        let asks = format!("{head}origin: {origin}\r\naccess-control-request-method: DELETE\r\n\r\n");
        running
            .exchange(asks.as_bytes())
            .header("access-control-allow-origin")
            .to_owned()
    };
    for good in ["http://app1.dev.localhost:4001", "http://a.b.dev.localhost"] {
        assert_eq!(preflight(good), good);
    }
    for bad in [
        "http://localhost:4001",
        "http://dev.localhost",
        "https://app.dev.localhost",
        "https://evil.example",
        "null",
    ] {
        assert_eq!(preflight(bad), "", "{bad}");
    }
    let registered = running.post("/auth/register", "", ANA);
    assert!(
        registered.header("set-cookie").contains("; Domain=dev.localhost"),
        "{registered:?}"
    );
    let page = running.get("/login?return_to=http%3A%2F%2Fapp1.dev.localhost%3A4001%2F", "");
    assert!(
        page.0.contains("value=\"http://app1.dev.localhost:4001/\""),
        "{page:?}"
    );
}

#[test]
fn it_prints_what_an_application_needs_and_finds_the_secret_again() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("horizon-auth-data/sso-client-secret");
    let (mut first, port) = dev(folder.path());
    let url = format!("http://auth.dev.localhost:{port}");
    first.line_with("For development only.");
    first.line_with("AUTH_MODE=sso_client");
    first.line_with(&format!("AUTH_SERVICE_URL={url}"));
    let line = first.line_with("HORIZON_AUTH__SSO__CLIENT_SECRET_FILE=");
    assert_eq!(line.trim().split_once('=').unwrap().1, secret.to_str().unwrap());
    first.line_with(&format!("{url}/login?return_to="));
    assert_eq!(mode(&secret), 0o600);
    assert_eq!(mode(&folder.path().join("horizon-auth-data/sso-clients")), 0o600);
    let written = std::fs::read(&secret).unwrap();
    first.terminate();
    assert!(first.wait().success());
    let (_second, _) = dev(folder.path());
    assert_eq!(std::fs::read(&secret).unwrap(), written);
}

#[test]
fn it_listens_on_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    for listen in ["0.0.0.0:3000", "127.0.0.1:0"] {
        let refused = run(folder.path(), &["dev", "--sso", "--listen", listen]);
        assert!(!refused.status.success());
        assert!(
            stderr(&refused).contains("on this machine only"),
            "{}",
            stderr(&refused)
        );
    }
}

#[test]
fn an_applications_configuration_starts_no_server() {
    let folder = tempfile::tempdir().unwrap();
    let text = "mode = \"sso_client\"\n[sso]\nauth_url = \"https://auth.example.com\"\nrevocation = \"signature_only\"\n";
    std::fs::write(folder.path().join("horizon-auth.toml"), text).unwrap();
    let refused = run(folder.path(), &["serve"]);
    assert!(!refused.status.success());
    assert!(stderr(&refused).contains("mode"), "{}", stderr(&refused));
}
