//! `horizon-auth serve`: the whole service over real sockets.

use horizon_auth_testkit::{Database, Kind};

use crate::support::{ANA, Installation, Running, program, stderr};

fn a_whole_life(installation: &Installation) {
    let mut running = installation.serve();
    let registered = running.post("/auth/register", "", ANA);
    assert_eq!(registered.status(), 201, "{registered:?}");
    let login = running.post("/auth/login", "", ANA);
    assert_eq!(login.status(), 200, "{login:?}");
    let refreshed = running.post("/auth/refresh", &format!("cookie: {}\r\n", login.cookie()), "{}");
    assert_eq!(refreshed.status(), 200, "{refreshed:?}");
    let bearer = format!("authorization: Bearer {}\r\n", refreshed.access_token());
    assert_eq!(
        running.get("/auth/profile", &bearer).json()["email"],
        "ana@example.com"
    );
    assert_eq!(running.post("/auth/logout", &bearer, "").status(), 200);
    running.terminate();
    assert!(running.wait().success(), "{}", running.log());

    let again = installation.serve();
    let profile = again.get("/auth/profile", &bearer);
    assert_eq!(
        profile.json()["code"],
        "token_revoked",
        "a restart revives nothing"
    );
}

#[test]
fn it_serves_a_whole_life_on_sqlite() {
    a_whole_life(&Installation::new(""));
}

#[tokio::test]
async fn it_serves_a_whole_life_on_postgres() {
    let database = Database::empty(Kind::Postgres).await;
    a_whole_life(&Installation::on(&database.url, ""));
}

#[test]
fn a_port_in_use_is_said_to_be_one() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let installation = Installation::new("");
    let refused = program(installation.path())
        .arg("serve")
        .env("HORIZON_AUTH__LISTEN", &address)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let complaint = stderr(&refused);
    assert!(
        complaint.contains(&format!("error: cannot listen on {address}: ")),
        "{complaint}"
    );
}

#[test]
fn callers_are_told_apart_by_their_sockets() {
    let running = Installation::new("[rate_limit]\nlogin = \"2/1m\"\n").serve();
    let statuses: Vec<u16> = (0..3)
        .map(|number| {
            let forwarded = format!("x-forwarded-for: 203.0.113.{number}\r\n");
            running.post("/auth/login", &forwarded, ANA).status()
        })
        .collect();
    assert_eq!(statuses, [401, 401, 429]);
}

#[test]
fn http_2_is_spoken_to_those_who_begin_with_it() {
    let running = Installation::new("").serve();
    let url = format!("http://{}/health/live", running.address);
    let curl = std::process::Command::new("curl")
        .args(["-s", "--http2-prior-knowledge", "-w", " %{http_version}", &url])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(curl.stdout).unwrap(), "{\"status\":\"ok\"} 2");
}

#[test]
fn the_configuration_in_the_current_folder_is_found_without_being_named() {
    let installation = Installation::new("");
    let mut command = program(installation.path());
    command.arg("serve");
    assert_eq!(Running::start(command).get("/health/live", "").status(), 200);
}
