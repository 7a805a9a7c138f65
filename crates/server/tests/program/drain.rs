//! The orderly end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{ANA, Installation, PATIENCE, Reply, Running};

/// Sends a log-in up to the middle of its body, and returns when the server waits for the rest.
fn half_a_registration(running: &Running) -> TcpStream {
    let mut stream = running.connect();
    let head = format!(
        "POST /auth/register HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        ANA.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server says so when the handler asks for the body.
    let mut line = [0; 25];
    stream.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&ANA.as_bytes()[..ANA.len() / 2]).unwrap();
    stream
}

fn is_refused(running: &Running) -> bool {
    TcpStream::connect_timeout(&running.address, Duration::from_secs(1)).is_err()
}

#[test]
fn a_request_under_way_is_finished_while_new_connections_are_refused() {
    for signal in ["TERM", "INT"] {
        let mut running = Installation::new("").serve();
        let mut stream = half_a_registration(&running);
        running.signal(signal);
        running.wait_for_log("stopping");
        let start = Instant::now();
        while !is_refused(&running) {
            assert!(start.elapsed() < PATIENCE, "it still accepts");
        }
        stream.write_all(&ANA.as_bytes()[ANA.len() / 2..]).unwrap();
        let reply = Reply::read(stream);
        assert_eq!(reply.status(), 201, "{reply:?}");
        assert_eq!(reply.json()["user"]["email"], "ana@example.com");
        assert_eq!(running.wait().code(), Some(0), "{}", running.log());
        assert!(running.log().contains("all requests have been answered"));
    }
}

#[test]
fn a_request_that_never_ends_holds_it_up_no_longer_than_the_drain_time() {
    let mut running = Installation::new("[server]\ndrain_timeout = \"1s\"\n").serve();
    let _stream = half_a_registration(&running);
    running.terminate();
    running.wait_for_log("stopping");
    let start = Instant::now();
    assert_eq!(running.wait().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert!(running.log().contains("some requests did not finish in time"));
}

#[test]
fn idle_connections_do_not_hold_it_up() {
    let mut running = Installation::new("").serve();
    let silent = running.connect();
    let mut kept = running.connect();
    kept.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let mut first = [0; 15];
    kept.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let start = Instant::now();
    running.terminate();
    assert_eq!(running.wait().code(), Some(0), "{}", running.log());
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    drop(silent);
}

#[test]
fn a_kept_connection_is_given_up_with_the_next_answer_while_it_drains() {
    let running = Installation::new("[server]\ndrain_notice = \"10m\"\n").serve();
    let mut kept = running.connect();
    let head = |kept: &mut TcpStream| {
        kept.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"}") {
            let mut byte = [0];
            kept.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        String::from_utf8(head).unwrap().to_lowercase()
    };
    let before = head(&mut kept);
    assert!(
        before.starts_with("http/1.1 200") && !before.contains("connection: close"),
        "{before}"
    );
    running.terminate();
    running.wait_for_log("stopping");
    let after = head(&mut kept);
    assert!(
        after.starts_with("http/1.1 200") && after.contains("\r\nconnection: close\r\n"),
        "{after}"
    );
    assert_eq!(kept.read(&mut [0]).unwrap(), 0, "it is closed");
}
