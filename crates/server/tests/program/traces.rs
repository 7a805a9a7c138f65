//! Traces, with the feature `otel`: what a collector gets to see.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::support::{ANA, Installation, Running, program};

/// Takes what is sent by OTLP over HTTP, and hands on the bodies. Names in protobuf stand there as they are.
fn collector() -> (String, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, bodies) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                loop {
                    let mut length = 0;
                    let mut line = String::new();
                    while reader.read_line(&mut line).unwrap_or(0) > 2 {
                        let lower = line.to_lowercase();
                        if let Some(text) = lower.strip_prefix("content-length:") {
                            length = text.trim().parse().unwrap();
                        }
                        line.clear();
                    }
                    let mut body = vec![0; length];
                    if length == 0 || reader.read_exact(&mut body).is_err() {
                        return;
                    }
                    let _ = sender.send(body);
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
                    reader.get_mut().write_all(answer).unwrap();
                }
            });
        }
    });
    (address, bodies)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_log_in_is_a_trace_that_names_nobody_and_joins_that_of_a_believed_proxy() {
    let (address, bodies) = collector();
    let installation = Installation::new("[http]\ntrusted_proxies = [\"127.0.0.1\"]\n");
    let mut command = program(installation.path());
    command
        .args(["serve", "--config", "horizon-auth.toml"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", address);
    let mut running = Running::start(command);
    let registered = running.post("/auth/register", "", ANA);
    let parent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
    let login = running.post("/auth/login", parent, ANA);
    assert_eq!(login.status(), 200, "{login:?}");
    running.terminate();
    assert!(running.wait().success(), "{}", running.log());

    let sent: Vec<u8> = bodies.try_iter().flatten().collect();
    for name in [
        "horizon-auth",
        "POST /auth/login",
        "http.response.status_code",
        "database connect",
        "database statement",
        "database commit",
        "password hash wait",
        "password hash",
        "mail send",
    ] {
        assert!(
            contains(&sent, name.as_bytes()),
            "no {name} in {}",
            String::from_utf8_lossy(&sent)
        );
    }
    let trace = [
        0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36,
    ];
    // The request, and below it at least looking the person up, hashing, storing the session and committing.
    let spans = sent
        .windows(trace.len())
        .filter(|window| *window == trace)
        .count();
    assert!(spans >= 6, "{spans} spans have joined the trace of the proxy");
    let user = registered.json()["user"]["id"].as_str().unwrap().to_owned();
    let token = login.access_token();
    for canary in [
        "ana@",
        "example.com",
        "correct horse",
        "127.0.0.1",
        user.as_str(),
        &token[..40],
        "hzr_",
    ] {
        assert!(!contains(&sent, canary.as_bytes()), "{canary} was sent");
    }
}

#[test]
fn a_stranger_belongs_to_no_trace_of_others() {
    let (address, bodies) = collector();
    let installation = Installation::new("");
    let mut command = program(installation.path());
    command
        .args(["serve", "--config", "horizon-auth.toml"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", address);
    let mut running = Running::start(command);
    let parent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
    assert_eq!(running.get("/auth/profile", parent).status(), 401);
    running.terminate();
    assert!(running.wait().success());

    let sent: Vec<u8> = bodies.try_iter().flatten().collect();
    assert!(contains(&sent, b"GET /auth/profile"));
    assert!(!contains(
        &sent,
        &[0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6]
    ));
}
