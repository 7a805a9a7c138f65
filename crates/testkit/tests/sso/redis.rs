//! An application that looks into the server's Redis.

use axum::http::Method;
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Kind, RedisServer, Setup, SharedRedis};

use crate::support::{ANA, Application, Server};

async fn server(redis: SharedRedis) -> Server {
    let setup = Setup {
        redis: Some(redis),
        ..Setup::new(Kind::Sqlite)
    };
    Server::start(setup, Profile::Token).await
}

fn looking(server: &Server, redis: &RedisServer, more: &str) -> Application {
    let port = redis.port;
    server.application(&format!(
        "revocation = \"redis\"\n[redis]\nhost = \"127.0.0.1\"\nport = {port}\n{more}"
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_out_is_in_force_with_the_next_request() {
    let redis = RedisServer::start();
    let server = server(SharedRedis::per_request(redis.address())).await;
    let app = looking(&server, &redis, "");
    let first = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&first).await, format!("200 {ANA}"));
    server.app.bearer(Method::POST, "/auth/logout", &first).await;
    assert_eq!(app.me(&first).await, "401 token_revoked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_lost_its_data_or_is_gone_lets_nobody_in() {
    let mut redis = RedisServer::start();
    let server = server(SharedRedis::per_request(redis.address())).await;
    let app = looking(&server, &redis, "");
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    redis.cli(&["FLUSHALL"]);
    assert_eq!(app.me(&token).await, "503 unavailable", "flushed");
    server.app.engine.restarted().await;
    assert_eq!(
        app.me(&token).await,
        format!("200 {ANA}"),
        "the server wrote it again"
    );
    redis.restart();
    assert_eq!(app.me(&token).await, "503 unavailable", "restarted empty");
    redis.kill();
    assert_eq!(app.me(&token).await, "503 unavailable", "gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_nobody_shows_a_token_notices_all_the_same_that_redis_lost_its_data() {
    let redis = RedisServer::start();
    let server = server(SharedRedis::per_request(redis.address())).await;
    let app = looking(&server, &redis, "");
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    redis.cli(&["FLUSHALL"]);
    assert_eq!(app.me(&token).await, "503 unavailable");
    // As its worker does every second: one look finds out, the next one writes.
    for _ in 0..2 {
        server.app.engine.auth.heal().await.unwrap();
    }
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_without_the_mark_of_a_server_is_not_believed() {
    let (redis, empty) = (RedisServer::start(), RedisServer::start());
    let server = server(SharedRedis::per_request(redis.address())).await;
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(looking(&server, &empty, "").me(&token).await, "503 unavailable");
    let other_prefix = looking(&server, &redis, "prefix = \"other:\"");
    assert_eq!(other_prefix.me(&token).await, "503 unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_that_may_only_read_suffices() {
    let redis = RedisServer::start();
    let server = server(SharedRedis::per_request(redis.address())).await;
    let rights = "reset on >read-only-secret %R~auth:* -@all +get +eval_ro +info +ping +hello +select";
    let mut command = vec!["ACL", "SETUSER", "reader"];
    command.extend(rights.split(' '));
    assert_eq!(redis.cli(&command), "OK");
    let app = looking(
        &server,
        &redis,
        "username = \"reader\"\npassword = \"read-only-secret\"",
    );
    let token = server.app.register(ANA).await.access_token();
    assert_eq!(app.me(&token).await, format!("200 {ANA}"));
    server.app.bearer(Method::POST, "/auth/logout", &token).await;
    assert_eq!(app.me(&token).await, "401 token_revoked");
}
