//! Accounts whose stored hash asks for too much, is broken, or lost its pepper: nobody logs in to
//! them, nobody can tell them from others, and nobody else is kept waiting.

use std::time::{Duration, Instant};

use horizon_auth_core::crypto::pepper::Peppers;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, TestAuth, both_engines};

use super::capture::Capture;
use super::{ANA, PASSWORD, login, put_hash, register};

const REST: &str = "c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// What differs from answer to answer is its id and nothing else.
fn shape(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let id = answer.header("x-request-id");
    let headers = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().replace(id, "")));
    (
        answer.status.as_u16(),
        answer.text.replace(id, ""),
        headers.collect(),
    )
}

/// The account of Ana, and what a wrong password is answered.
async fn ana(kind: Kind) -> (TestApp, UserId, (u16, String, Vec<(String, String)>)) {
    let app = TestApp::new(TestAuth::on(kind).await);
    let user = register(&app, ANA, PASSWORD).await.json()["user"]["id"].clone();
    let user = UserId::from_uuid(user.as_str().unwrap().parse().unwrap());
    let wrong = shape(&login(&app, "not her password").await);
    assert_eq!(wrong.0, 401);
    (app, user, wrong)
}

both_engines! {
    a_hostile_hash_is_a_wrong_password_at_once => |kind: Kind| async move {
        let (app, user, wrong) = ana(kind).await;
        for text in [
            format!("$argon2id$v=19$m=4194304,t=1,p=1${REST}"),
            format!("$argon2id$v=19$m=4294967295,t=4294967295,p=4294967295${REST}"),
            format!("$argon2id$v=19$m=64,t=4294967295,p=1${REST}"),
            format!("$argon2id$v=19$m=1024,t=1,p=16777215${REST}"),
            format!("$argon2id$v=19$m=64,t=1,p=0${REST}"),
            format!("$argon2id$v=16$m=64,t=1,p=1${REST}"),
            format!("$argon2d$v=19$m=64,t=1,p=1${REST}"),
            "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ".to_owned(),
            "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$".to_owned(),
            "$argon2id$v=19$m=64,t=1,p=1$****$****".to_owned(),
            "$2b$31$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie".to_owned(),
            "$2b$15$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie".to_owned(),
            "$2b$99$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie".to_owned(),
            "$2b$04$".to_owned(),
            format!("$scrypt$ln=40,r=8,p=1${REST}"),
            format!("$scrypt$ln=14,r=4294967295,p=1${REST}"),
            format!("$scrypt$ln=4,r=8,p=4294967295${REST}"),
            format!("$pbkdf2-sha256$i=2147483648${REST}"),
            format!("$pbkdf2-sha512$i=4294967295${REST}"),
            "pbkdf2_sha256$2147483648$seasalt2$h121Zi02iSuiMdr1olwPxdVJRqbvQiePePkvv6M4EvE=".to_owned(),
            "$".repeat(1000),
            "x".to_owned(),
            PASSWORD.to_owned(),
        ] {
            put_hash(&app.engine, user, &text).await;
            let begun = Instant::now();
            for password in [PASSWORD, "password", &text] {
                if password.len() <= 128 {
                    assert_eq!(shape(&login(&app, password).await), wrong, "{text:.80}");
                }
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "{text:.80}");
        }
    };
}

#[tokio::test]
async fn nobody_waits_behind_a_hostile_hash() {
    let mut setup = Setup::new(Kind::Sqlite);
    setup.hashing.max_parallel = 1; // one place for everybody
    setup.hashing.queue_deadline = Duration::from_secs(5);
    let app = TestApp::new(setup.start().await);
    let user = register(&app, ANA, PASSWORD).await.json()["user"]["id"].clone();
    let user = UserId::from_uuid(user.as_str().unwrap().parse().unwrap());
    register(&app, "ben@example.com", PASSWORD).await;
    let hostile = format!("$scrypt$ln=30,r=8,p=16${REST}");
    put_hash(&app.engine, user, &hostile).await;
    let ben = super::credentials("ben@example.com", PASSWORD);
    let (ana, ben) = tokio::join!(login(&app, PASSWORD), app.post("/auth/login", ben));
    assert_eq!((ana.status.as_u16(), ben.status.as_u16()), (401, 200));
}

#[tokio::test]
async fn a_hash_whose_pepper_is_not_configured_is_a_wrong_password_and_an_error_in_the_log() {
    let capture = Capture::start();
    let (app, user, wrong) = ana(Kind::Sqlite).await;
    let mut peppered = Setup::new(Kind::Sqlite);
    peppered.peppers = Peppers::parse(&format!("7:{SEVENS}")).unwrap();
    let peppered = TestApp::new(peppered.start().await);
    register(&peppered, ANA, PASSWORD).await;
    let hash = super::stored_hash(&peppered.engine, ANA).await;
    assert!(hash.contains(",keyid=Nw$"), "it names its pepper");
    put_hash(&app.engine, user, &hash).await;

    let answer = login(&app, PASSWORD).await;

    assert_eq!(shape(&answer), wrong);
    let log = capture.text();
    let id = answer.header("x-request-id");
    let line = log
        .lines()
        .find(|line| line.contains(id) && line.contains("its pepper is not configured"))
        .expect("the operator is told");
    assert!(line.contains("\"ERROR\""), "{line}");
    for secret in [PASSWORD, SEVENS, hash.rsplit('$').next().unwrap()] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}
