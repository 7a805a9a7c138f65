//! `horizon-auth health`, as a container's health check calls it.

use std::net::TcpListener;
use std::process::Output;
use std::time::{Duration, Instant};

use horizon_auth_testkit::free_port;

use crate::support::{Installation, PATIENCE, program, run, stderr, stdout};

/// An installation on a port that is known beforehand, as in a container.
fn installation(listen: &str, more: &str) -> (Installation, u16) {
    let (installation, port) = (Installation::new(more), free_port());
    let path = installation.path().join("horizon-auth.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("127.0.0.1:0", &format!("{listen}:{port}"));
    std::fs::write(path, text).unwrap();
    (installation, port)
}

fn assert_says(output: &Output, code: i32, text: &str) {
    let said = stdout(output) + &stderr(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(text), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_server_is_asked_where_it_listens_from_its_start_to_its_end() {
    for listen in ["0.0.0.0", "[::1]"] {
        let (installation, _) = installation(listen, "[server]\ndrain_notice = \"20s\"\n");
        assert_says(&installation.run(&["health"]), 1, "no server answers at ");

        let mut running = installation.serve();
        assert_says(&installation.run(&["health"]), 0, "ready: database ");
        assert_says(&installation.run(&["health", "--live"]), 0, "ok");

        running.terminate();
        running.wait_for_log("stopping");
        assert_says(&installation.run(&["health"]), 1, "draining: database ");
        running.signal("KILL");
        running.wait();
        assert_says(&installation.run(&["health"]), 1, "no server answers at ");
    }
}

#[test]
fn whatever_else_is_wrong_with_the_configuration_does_not_matter() {
    let (installation, port) = installation("127.0.0.1", "");
    let _running = installation.serve();
    let folder = tempfile::tempdir().unwrap();
    let text = format!("listen = \"127.0.0.1:{port}\"\ncolour = 1\n[jwt]\nprivate_key_file = \"/none\"\n");
    std::fs::write(folder.path().join("horizon-auth.toml"), text).unwrap();
    assert_says(&run(folder.path(), &["health"]), 0, "ready: ");

    let by_variable = program(Installation::new("").path())
        .env("HORIZON_AUTH__LISTEN", format!("0.0.0.0:{port}"))
        .arg("health")
        .output()
        .unwrap();
    assert_says(&by_variable, 0, "ready: ");
    let url = format!("http://localhost:{port}/");
    assert_says(&run(folder.path(), &["health", "--url", &url]), 0, "ready: ");
}

#[test]
fn a_server_that_hangs_is_given_up_in_time() {
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap(); // the system accepts, nobody answers
    let url = format!("http://{}", deaf.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let output = run(folder.path(), &["health", "--url", &url, "--timeout", "300ms"]);
    assert_says(&output, 1, "gave no answer within 300 ms");
    assert!(start.elapsed() >= Duration::from_millis(300) && start.elapsed() < PATIENCE);
}

#[test]
fn what_cannot_be_asked_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, text) in [
        (
            ["--url", "https://auth.example.com"],
            "does not begin with http://",
        ),
        (["--config", "none.toml"], "none.toml cannot be read"),
    ] {
        let output = run(folder.path(), &[&["health"], arguments.as_slice()].concat());
        assert_says(&output, 1, text);
    }
    let output = Installation::new("").run(&["health"]);
    assert_says(&output, 1, "--url");
}
