//! What the running program writes about secrets, at the loudest level: nothing.

use std::process::Command;

use crate::support::{Installation, files};

#[test]
fn no_secret_is_logged_even_at_trace_over_http_1_and_2() {
    let installation = Installation::new("[log]\nlevel = \"trace\"\n[rate_limit]\nlogin = \"off\"\n");
    let mut running = installation.serve();
    let person = r#"{"email":"canary-mail@example.com","password":"canary-password"}"#;
    let registered = running.post("/auth/register", "", person);
    let wrong = person.replace("canary-password", "canary-wrong");
    running.post("/auth/login", "", &wrong);
    let cookie = format!(
        "cookie: {}\r\nidempotency-key: canary-key\r\n",
        registered.cookie()
    );
    let refreshed = running.post("/auth/refresh", &cookie, "");
    let bearer = format!("authorization: Bearer {}\r\n", refreshed.access_token());
    running.get("/auth/profile?x=canary-query", &bearer);
    running.get(
        "/auth/profile",
        "authorization: Bearer canary-bearer\r\ncookie: refresh_token=canary-cookie\r\n",
    );
    running.exchange(b"GET /canary\xff HTTP/1.1\r\nauthorization: canary-broken\r\n canary-folded\r\n\r\n");

    let curl = |arguments: &[&str], path: &str| {
        let url = format!("http://{}{path}", running.address);
        let output = Command::new("curl")
            .args(["-s", "-i", "--http2-prior-knowledge"])
            .args(arguments)
            .arg(&url)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let json = "content-type: application/json";
    let second = curl(&["-H", json, "-d", person], "/auth/login");
    assert!(second.starts_with("HTTP/2 200"), "{second}");
    let token = second
        .split("\"accessToken\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let cookie = second
        .split("refresh_token=")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    curl(
        &["-H", &format!("authorization: Bearer {token}")],
        "/auth/profile",
    );
    curl(
        &["-X", "POST", "-H", &format!("cookie: refresh_token={cookie}")],
        "/auth/refresh",
    );
    running.terminate();
    running.wait();

    let log = running.log();
    assert!(
        log.contains("TRACE") && log.contains("h2::") && log.contains("sqlx::"),
        "it is that loud"
    );
    let key = files(&installation.path().join("keys")).remove(0);
    let key = std::fs::read_to_string(key).unwrap();
    let key_line = key.lines().nth(1).unwrap();
    let refresh_token = registered.cookie().split_once('=').unwrap().1.to_owned();
    let (first, other) = (registered.access_token(), refreshed.access_token());
    for secret in [
        "canary",
        key_line,
        "PRIVATE KEY",
        &refresh_token,
        cookie,
        token,
        &first,
        &other,
    ] {
        let leak = log.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "{secret:.16} was logged");
    }
}
