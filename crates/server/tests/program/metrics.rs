//! The numbers of the running program, as a scraper reads them.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use horizon_auth::metrics::METRICS;
use horizon_auth_testkit::{Database, Exposition, Kind, RedisServer};

use crate::support::{ANA, Installation, PATIENCE, Reply, Running, stderr};

const LISTEN: &str = "[metrics]\nlisten = \"127.0.0.1:0\"\n";

/// Where the numbers of a program that was just started are.
struct Numbers(SocketAddr);

impl Numbers {
    fn of(running: &Running) -> Self {
        let line = running.line_with("metrics are on http://");
        let address = line.split("http://").nth(1).unwrap();
        Self(address.strip_suffix("/metrics").unwrap().parse().unwrap())
    }

    fn ask(&self, request: &str) -> Reply {
        let mut stream = TcpStream::connect(self.0).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("{request} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        Reply::read(stream)
    }

    fn text(&self) -> String {
        let reply = self.ask("GET /metrics");
        assert_eq!(reply.status(), 200, "{reply:?}");
        assert_eq!(
            reply.header("content-type"),
            "text/plain; version=0.0.4; charset=utf-8"
        );
        reply.0.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn read(&self) -> Exposition {
        Exposition::parse(&self.text())
    }

    /// Reads until a series has this value.
    fn wait_for(&self, series: &str, value: f64) -> Exposition {
        let since = Instant::now();
        loop {
            let read = self.read();
            if (read.value(series) - value).abs() < f64::EPSILON {
                return read;
            }
            assert!(since.elapsed() < PATIENCE, "{series} is {}", read.value(series));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Compares series with what they should be, all at once.
fn assert_values(read: &Exposition, expected: &[(&str, f64)]) {
    let found: Vec<_> = expected
        .iter()
        .map(|(series, _)| (*series, read.value(series)))
        .collect();
    assert_eq!(found, expected);
}

/// What the numbers are after [`known_requests`].
#[rustfmt::skip] // a table
const AFTER_THE_REQUESTS: &[(&str, f64)] = &[
    (r#"http_requests_total{method="POST",route="/auth/register",status_code="201"}"#, 1.0),
    (r#"http_requests_total{method="POST",route="/auth/login",status_code="200"}"#, 1.0),
    (r#"http_requests_total{method="POST",route="/auth/login",status_code="401"}"#, 2.0),
    (r#"http_requests_total{method="POST",route="/auth/login",status_code="429"}"#, 1.0),
    (r#"http_requests_total{method="OTHER",route="/auth/login",status_code="405"}"#, 1.0),
    (r#"http_requests_total{method="POST",route="/auth/refresh",status_code="200"}"#, 1.0),
    (r#"http_requests_total{method="POST",route="/auth/refresh",status_code="401"}"#, 1.0),
    (r#"http_requests_total{method="GET",route="/auth/profile",status_code="200"}"#, 1.0),
    (r#"http_requests_total{method="GET",route="/auth/profile",status_code="401"}"#, 2.0),
    (r#"http_requests_total{method="GET",route="unmatched",status_code="404"}"#, 1.0),
    (r#"http_request_duration_seconds_count{method="POST",route="/auth/login",status_code="401"}"#, 2.0),
    (r#"auth_events_total{kind="registered"}"#, 1.0),
    (r#"auth_events_total{kind="login_succeeded"}"#, 1.0),
    (r#"auth_events_total{kind="login_failed"}"#, 2.0),
    (r#"auth_events_total{kind="token_refreshed"}"#, 1.0),
    (r#"auth_events_total{kind="token_reuse_detected"}"#, 1.0),
    (r#"auth_events_total{kind="password_reset_requested"}"#, 1.0),
    (r#"auth_events_total{kind="password_reset"}"#, 0.0),
    (r#"horizon_auth_rate_limited_total{rule="login"}"#, 1.0),
    (r#"horizon_auth_rate_limited_total{rule="register"}"#, 0.0),
    (r#"horizon_auth_credentials_total{credential="access_token",verdict="accepted"}"#, 1.0),
    (r#"horizon_auth_credentials_total{credential="access_token",verdict="revoked"}"#, 1.0),
    (r#"horizon_auth_credentials_total{credential="access_token",verdict="invalid"}"#, 1.0),
    ("horizon_auth_hash_duration_seconds_count", 4.0),
    ("horizon_auth_hash_wait_seconds_count", 4.0),
    ("horizon_auth_hashes_running", 0.0),
    (r#"email_events_total{kind="given_up"}"#, 0.0),
    (r#"horizon_auth_part_up{part="database"}"#, 1.0),
    (r#"horizon_auth_part_up{part="revocations"}"#, 1.0),
    ("horizon_auth_ready", 1.0),
    ("horizon_auth_signing_key_usable", 1.0),
    ("horizon_auth_log_lines_lost_total", 0.0),
];

/// Thirteen requests; the id of the person that they were about, and an access token.
fn known_requests(running: &Running) -> (String, String) {
    let wrong = ANA.replace("battery", "canary");

    let registered = running.post("/auth/register", "", ANA);
    let login = running.post("/auth/login", "", ANA);
    for expected in [401, 401, 429] {
        assert_eq!(running.post("/auth/login", "", &wrong).status(), expected);
    }
    let cookie = format!("cookie: {}\r\n", login.cookie());
    let bearer = format!("authorization: Bearer {}\r\n", login.access_token());
    assert_eq!(running.get("/auth/profile", &bearer).status(), 200);
    let refreshed = running.post("/auth/refresh", &cookie, "");
    assert_eq!(refreshed.status(), 200);
    assert_eq!(
        running.post("/auth/refresh", &cookie, "").json()["code"],
        "refresh_reused"
    );
    assert_eq!(
        running.get("/auth/profile", &bearer).json()["code"],
        "token_revoked"
    );
    assert_eq!(
        running
            .get("/auth/profile", "authorization: Bearer canary\r\n")
            .status(),
        401
    );
    let reset = running.post(
        "/auth/password-reset/request",
        "",
        r#"{"email":"ana@example.com"}"#,
    );
    assert_eq!(reset.status(), 200);
    assert_eq!(running.get("/ana@example.com/canary", "").status(), 404);
    running.exchange(b"CANARY /auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let user = registered.json()["user"]["id"].as_str().unwrap().to_owned();
    (user, login.access_token())
}

#[test]
fn after_known_requests_the_numbers_are_exactly_right_and_name_nobody() {
    let settings = format!("{LISTEN}[rate_limit]\nlogin = \"3/1h\"\n");
    let installation = Installation::new(&settings); // mails are written into its folder
    let running = installation.serve();
    let numbers = Numbers::of(&running);
    let (user, token) = known_requests(&running);

    let read = numbers.wait_for("email_events_total{kind=\"sent\"}", 2.0);
    assert_values(&read, AFTER_THE_REQUESTS);
    let all = |name: &str| -> f64 {
        let own = read.samples.iter().filter(|(series, _)| series.starts_with(name));
        own.map(|(_, value)| value).sum()
    };
    assert!(
        (all("http_requests_total{") - 13.0).abs() < f64::EPSILON,
        "{read:?}"
    );
    assert!(all("horizon_auth_database_call_seconds_count{") > 13.0);

    // All that needs neither Redis nor keys that change.
    let missing: Vec<_> = METRICS
        .iter()
        .map(|metric| metric.name)
        .filter(|name| !read.kinds.contains_key(*name))
        .collect();
    assert_eq!(missing, NEEDS_MORE);

    let text = numbers.text();
    let canaries = [
        "canary",
        "ana@",
        "ana%40",
        "example.com",
        "127.0.0.1",
        "default",
        "hzr_",
        &user,
        &token[..20],
    ];
    for canary in canaries {
        assert!(!text.contains(canary), "{canary} in {text}");
    }
}

/// What only an installation with Redis and keys that change has to tell.
const NEEDS_MORE: [&str; 5] = [
    "horizon_auth_redis_call_seconds",
    "horizon_auth_redis_call_failures_total",
    "horizon_auth_revocation_lease_age_seconds",
    "horizon_auth_revocation_lease_seconds",
    "horizon_auth_signing_key_rotation_timestamp_seconds",
];

#[tokio::test(flavor = "multi_thread")]
async fn with_redis_everything_on_the_list_is_told_and_redis_may_go_away() {
    let (redis, database) = (RedisServer::start(), Database::fresh(Kind::Postgres).await);
    let settings = format!("{LISTEN}[redis]\nurl = \"redis://127.0.0.1:{}\"\n", redis.port);
    let installation = Installation::on(&database.url, &settings);
    let sealing = installation.run(&["keys", "generate", "--sealing", "--out", "."]);
    assert!(sealing.status.success(), "{}", stderr(&sealing));
    let mut command = crate::support::program(installation.path());
    command
        .args(["serve", "--config", "horizon-auth.toml"])
        .env("HORIZON_AUTH__JWT__SEALING_KEY_FILE", "jwt-sealing.key")
        .env("HORIZON_AUTH__JWT__ROTATION_PERIOD", "90d");
    let running = Running::start(command);
    let numbers = Numbers::of(&running);

    let read = numbers.wait_for("horizon_auth_ready", 1.0);
    let missing: Vec<_> = METRICS
        .iter()
        .filter(|metric| !read.kinds.contains_key(metric.name))
        .collect();
    // Nobody has asked the service for anything.
    let names: Vec<_> = missing.iter().map(|metric| metric.name).collect();
    assert_eq!(names, ["http_requests_total", "http_request_duration_seconds"]);
    let lease = read.value("horizon_auth_revocation_lease_seconds");
    assert!((0.0..lease).contains(&read.value("horizon_auth_revocation_lease_age_seconds")));
    let due = read.value("horizon_auth_signing_key_rotation_timestamp_seconds");
    assert!(due > read.value("process_start_time_seconds") + 89.0 * 86_400.0);

    drop(redis);
    let read = numbers.wait_for(r#"horizon_auth_part_up{part="redis"}"#, 0.0);
    assert_values(
        &read,
        &[
            (r#"horizon_auth_part_up{part="database"}"#, 1.0),
            ("horizon_auth_ready", 0.0),
        ],
    );
    let read = numbers.wait_for(r#"horizon_auth_part_up{part="revocations"}"#, 0.0);
    let failures = read
        .samples
        .iter()
        .filter(|(series, _)| series.starts_with("horizon_auth_redis_call_failures_total"));
    assert!(failures.map(|(_, value)| value).sum::<f64>() > 0.0);
}

#[test]
fn the_numbers_are_on_their_own_address_and_nothing_else_is() {
    let running = Installation::new(LISTEN).serve();
    let numbers = Numbers::of(&running);
    for request in [
        "GET /",
        "POST /metrics",
        "GET /metrics/",
        "GET /health/live",
        "POST /auth/login",
        "DELETE /metrics",
    ] {
        assert_eq!(numbers.ask(request).status(), 404, "{request}");
    }
    let head = numbers.ask("HEAD /metrics");
    assert_eq!(head.status(), 200);
    assert!(head.0.ends_with("\r\n\r\n"), "{head:?}");
    assert_eq!(running.get("/metrics", "").status(), 404);
}

#[test]
fn no_numbers_are_served_unless_that_was_asked_for_or_where_the_service_is() {
    let mut running = Installation::new("").serve();
    running.terminate();
    assert!(running.wait().success());
    assert!(!running.log().contains("metrics"), "{}", running.log());

    let same = Installation::new("[metrics]\nlisten = \"0.0.0.0:3999\"\n");
    let mut command = crate::support::program(same.path());
    let refused = command
        .arg("serve")
        .env("HORIZON_AUTH__LISTEN", "127.0.0.1:3999")
        .output()
        .unwrap();
    assert!(!refused.status.success());
    assert!(
        stderr(&refused).contains("metrics.listen"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_scraper_is_answered_beside_silent_ones_and_while_the_service_takes_nobody() {
    let settings = format!("{LISTEN}[server]\nmax_connections = 1\n");
    let running = Installation::new(&settings).serve();
    let numbers = Numbers::of(&running);
    let mut only = running.connect();
    only.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    only.read_exact(&mut [0; 15]).unwrap();
    let silent: Vec<_> = (0..20).map(|_| TcpStream::connect(numbers.0).unwrap()).collect();
    let mut slow = TcpStream::connect(numbers.0).unwrap();
    slow.write_all(b"GET /metrics HTT").unwrap();

    assert_values(&numbers.read(), &[("horizon_auth_ready", 1.0)]);

    drop((only, silent));
}

#[test]
fn it_tells_that_it_stops_until_it_has() {
    let settings = format!("{LISTEN}[server]\ndrain_notice = \"60s\"\n");
    let mut running = Installation::new(&settings).serve();
    let numbers = Numbers::of(&running);
    running.terminate();
    numbers.wait_for("horizon_auth_ready", 0.0);
    running.signal("KILL");
    running.wait();
    assert!(TcpStream::connect(numbers.0).is_err());
}

#[test]
fn log_lines_that_nobody_takes_are_counted_and_stop_nobody() {
    let installation = Installation::new(&format!("{LISTEN}[log]\nlevel = \"info\"\n"));
    let mut command = Command::new("bash");
    command
        .env_clear()
        .current_dir(installation.path())
        .args(["-c", "exec \"$0\" serve --config horizon-auth.toml 2>/dev/full"])
        .arg(env!("CARGO_BIN_EXE_horizon-auth"));
    let running = Running::start(command);
    let numbers = Numbers::of(&running);
    assert_eq!(running.post("/auth/register", "", ANA).status(), 201);

    let read = numbers.read();

    assert!(read.value("horizon_auth_log_lines_lost_total") >= 2.0);
    assert_values(&read, &[("auth_events_total{kind=\"registered\"}", 1.0)]);
}
