//! `horizon-auth routes`: what it prints is the page of the reference, and what the server has.

use std::path::Path;

use crate::support::{Installation, stderr, stdout};

const PROFILES: [&str; 3] = ["token", "session", "both"];

/// What the command prints with a profile, as rows of the page.
fn printed(installation: &Installation) -> Vec<String> {
    let output = installation.run(&["routes"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    let row = |line: &str| {
        let (method, rest) = line.split_once(' ').unwrap();
        let (path, who) = rest.trim_start().split_once(' ').unwrap();
        format!("| `{method}` | `{path}` | {} |", who.trim_start())
    };
    text.lines().map(row).collect()
}

/// The rows below the heading of a profile, and those of every server in development.
fn documented(profile: &str) -> Vec<String> {
    let profile = format!("`http.profile = \"{profile}\"`");
    let development = "Beside these, in development or with `http.openapi = \"on\"`";
    [rows(&profile), rows(development)].concat()
}

fn rows(heading: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/endpoints.md");
    let page = std::fs::read_to_string(path).unwrap();
    let heading = format!("## {heading}\n");
    let section = page
        .split(&heading)
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(str::to_owned).collect()
}

fn with(profile: &str) -> Installation {
    Installation::new(&format!("http.profile = \"{profile}\"\n"))
}

#[test]
fn the_routes_of_every_profile_are_those_of_the_documentation() {
    for profile in PROFILES {
        let printed = printed(&with(profile));
        assert!(printed.len() > 30, "{profile}: {printed:#?}");
        assert_eq!(printed, documented(profile), "{profile}");
    }
}

#[test]
fn a_configuration_that_is_wrong_is_said_to_be_wrong() {
    let output = with("tokens").run(&["routes"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("http.profile"), "{}", stderr(&output));
}

#[test]
fn a_server_has_the_routes_that_are_printed() {
    for profile in PROFILES {
        let installation = with(profile);
        let running = installation.serve();
        let output = installation.run(&["routes"]);
        for line in stdout(&output).lines() {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            // The page's packed script is no text: its head will do, which is there wherever GET is.
            let method = if method == "GET" { "HEAD" } else { method };
            let path = path.replace("{id}", "0192d3a0-7a10-7c1e-9d0b-000000000001");
            let reply = running.exchange(
                format!(
                    "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                )
                .as_bytes(),
            );
            assert!(
                ![0, 404, 405].contains(&reply.status()) && reply.status() < 500,
                "{profile} {line}: {reply:?}"
            );
        }
    }
}
