//! Clients that send too slowly, too much, or nonsense.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{Installation, Reply, Running};

fn impatient() -> Running {
    Installation::new("[server]\nheader_timeout = \"1s\"\n[http]\nbody_timeout = \"1s\"\n").serve()
}

/// Reads until the server closes; how long that took.
fn closed_after(stream: TcpStream) -> (Reply, Duration) {
    let start = Instant::now();
    (Reply::read(stream), start.elapsed())
}

#[test]
fn a_head_that_does_not_arrive_in_time_ends_the_connection() {
    let running = impatient();
    for begun in [
        "",
        "G",
        "PRI * HT",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r",
        "POST /auth/login HTTP/1.1\r\n",
        "GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: a",
    ] {
        let mut stream = running.connect();
        stream.write_all(begun.as_bytes()).unwrap();
        let (reply, waited) = closed_after(stream);
        assert!(
            waited < Duration::from_secs(8),
            "{begun:?} held the connection for {waited:?}"
        );
        assert!(!reply.0.contains("200 OK"), "{reply:?}");
    }
}

#[test]
fn a_head_that_trickles_ends_the_connection_too() {
    let running = impatient();
    let mut stream = running.connect();
    stream.write_all(b"GET /health/live HTTP/1.1\r\n").unwrap();
    let start = Instant::now();
    let mut number = 0;
    // Each line is in time; the head as a whole is not.
    while stream.write_all(format!("x-{number}: y\r\n").as_bytes()).is_ok() {
        assert!(
            start.elapsed() < Duration::from_secs(8),
            "the head may take forever"
        );
        number += 1;
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        if stream.read(&mut [0; 1024]).is_ok() {
            return;
        }
    }
}

#[test]
fn a_connection_that_is_kept_for_nothing_is_closed() {
    let running = impatient();
    let mut stream = running.connect();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let (reply, waited) = closed_after(stream);
    assert_eq!(reply.status(), 200);
    assert!(waited < Duration::from_secs(8), "{waited:?}");
}

#[test]
fn a_body_that_stops_half_way_is_408() {
    let running = impatient();
    let start = Instant::now();
    let head = "POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n";
    let reply = running.exchange(format!("{head}{{\"email\":").as_bytes());
    assert_eq!(reply.status(), 408, "{reply:?}");
    assert_eq!(reply.json()["code"], "request_timeout");
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[test]
fn too_many_and_too_large_headers_are_431() {
    let running = impatient();
    let request = |headers: &str| running.get("/health/live", headers);
    let many = |count: usize| {
        (0..count).fold(String::new(), |mut lines, number| {
            let _ = write!(lines, "x-{number}: y\r\n");
            lines
        })
    };
    assert_eq!(request(&many(60)).status(), 200);
    assert_eq!(request(&many(70)).status(), 431);
    assert_eq!(
        request(&format!("x-large: {}\r\n", "y".repeat(8_000))).status(),
        200
    );
    assert_eq!(
        request(&format!("x-large: {}\r\n", "y".repeat(40_000))).status(),
        431
    );
}

#[test]
fn nonsense_and_smuggling_are_refused_and_the_server_lives_on() {
    let running = impatient();
    for nonsense in [
        "\r\n\r\nnonsense\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nhost : x\r\n\r\n",
        "POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n{} ",
        "POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        "POST /auth/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n{}",
    ] {
        let reply = running.exchange(nonsense.as_bytes());
        assert_eq!(reply.status(), 400, "{nonsense:?}: {reply:?}");
    }
    // A TLS client that found the wrong port.
    running.exchange(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert_eq!(running.get("/health/live", "").status(), 200);
}

#[test]
fn connections_beyond_the_limit_wait_and_are_served_when_there_is_room() {
    let running = Installation::new("[server]\nmax_connections = 2\nheader_timeout = \"1s\"\n").serve();
    let held = [running.connect(), running.connect()];
    // Waits in the queue until one of the two is cut off.
    assert_eq!(running.get("/health/live", "").status(), 200);
    drop(held);
}
