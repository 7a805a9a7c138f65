//! TLS, users and passwords of Redis.

use std::fs;
use std::time::Duration;

use horizon_auth_adapters::cache::redis::{Address, Link, RedisConfig, Topology};
use horizon_auth_adapters::system::SystemEntropy;
use horizon_auth_testkit::{MailServer, RedisServer, free_port};
use zeroize::Zeroizing;

const PASSWORD: &str = "s3cret of redis";

/// A server with a TLS port beside the usual one, and a user; its certificate is the mail server's.
fn secured() -> (RedisServer, RedisConfig, Vec<u8>) {
    let mail = MailServer::running();
    let folder = mail.ca.parent().unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let port = free_port();
    let rule = format!(">{}", PASSWORD.replace(' ', "_"));
    let server = RedisServer::start_with(&[
        "--tls-port",
        &port.to_string(),
        "--tls-cert-file",
        &path("server.pem"),
        "--tls-key-file",
        &path("server.key"),
        "--tls-ca-cert-file",
        &path("ca.pem"),
        "--tls-auth-clients",
        "no",
        "--user",
        "ana",
        "on",
        &rule,
        "~auth:*",
        "+@all",
    ]);
    let config = RedisConfig {
        topology: Topology::Single(Address {
            host: "localhost".to_owned(),
            port,
        }),
        username: Some("ana".to_owned()),
        password: Some(Zeroizing::new(PASSWORD.replace(' ', "_"))),
        database: 0,
        tls: true,
        ca_pem: Some(fs::read(&mail.ca).unwrap()),
        prefix: "auth:".to_owned(),
        timeout: Duration::from_secs(2),
    };
    let stranger = fs::read(&mail.other_ca).unwrap();
    (server, config, stranger)
}

async fn ping(config: RedisConfig) -> Result<Duration, String> {
    let link = Link::new(config, &SystemEntropy).map_err(|error| error.to_string())?;
    link.ping().await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_server_is_reached_with_tls_a_user_and_a_password() {
    let (_server, config, _) = secured();
    ping(config).await.unwrap();
}

#[tokio::test]
async fn a_certificate_of_a_stranger_is_refused() {
    let (_server, config, stranger) = secured();
    let config = RedisConfig {
        ca_pem: Some(stranger),
        ..config
    };
    assert!(ping(config).await.is_err());
}

#[tokio::test]
async fn nothing_is_said_in_clear_to_a_server_that_wants_tls() {
    let (_server, config, _) = secured();
    assert!(ping(RedisConfig { tls: false, ..config }).await.is_err());
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_never_shown() {
    let (_server, config, _) = secured();
    let config = RedisConfig {
        password: Some(Zeroizing::new("hunter2".to_owned())),
        ..config
    };
    assert!(!format!("{config:?}").contains("hunter2"));
    let error = ping(config).await.unwrap_err();
    assert!(!error.contains("hunter2"), "{error}");
}
