//! Redis dies, stands still, forgets, is slow, or cannot be reached.

use std::time::Duration;

use horizon_auth_testkit::{Proxy, RedisServer};

use crate::fleet::Fleet;
use crate::trial::{Trial, until};

/// Each node decides from its memory.
const REPLICATED: &str = "";
/// Each node asks Redis about every token.
const PER_REQUEST: &str = "[revocation]\nmode = \"per_request\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_is_killed_and_comes_back_empty() {
    comes_back_empty(REPLICATED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_is_killed_and_comes_back_empty_when_it_is_asked_about_every_token() {
    comes_back_empty(PER_REQUEST).await;
}

async fn comes_back_empty(mode: &str) {
    let mut redis = RedisServer::start();
    let fleet = Fleet::start_with(&redis, mode).await;
    let trial = Trial::begin(&fleet).await;
    redis.kill();
    trial.becomes_unavailable().await;
    trial.goes_on(1500).await;
    redis.restart();
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_is_killed_and_comes_back_with_what_it_had_written() {
    let mut redis = RedisServer::start_with(&["--appendonly", "yes"]);
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    for _ in 0..2 {
        redis.restart();
        trial.goes_on(700).await;
    }
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_stands_still() {
    stands_still(REPLICATED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_stands_still_when_it_is_asked_about_every_token() {
    stands_still(PER_REQUEST).await;
}

async fn stands_still(mode: &str) {
    let redis = RedisServer::start();
    let fleet = Fleet::start_with(&redis, mode).await;
    let trial = Trial::begin(&fleet).await;
    redis.signal("STOP");
    trial.becomes_unavailable().await;
    trial.goes_on(1500).await;
    redis.signal("CONT");
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_forgets_everything() {
    forgets_everything(REPLICATED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_forgets_everything_when_it_is_asked_about_every_token() {
    forgets_everything(PER_REQUEST).await;
}

async fn forgets_everything(mode: &str) {
    let redis = RedisServer::start();
    let fleet = Fleet::start_with(&redis, mode).await;
    let trial = Trial::begin(&fleet).await;
    for _ in 0..4 {
        redis.cli(&["FLUSHALL"]);
        trial.goes_on(400).await;
    }
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_forgets_what_one_node_has_not_heard() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.wires[1].cut();
    trial.acknowledges(2).await;
    redis.cli(&["FLUSHALL"]);
    fleet.wires[1].mend();
    trial.goes_on(1000).await;
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn redis_is_slow() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    for wire in &fleet.wires {
        wire.delay(Duration::from_millis(500));
    }
    trial.goes_on(4000).await;
    fleet.wires.iter().for_each(Proxy::mend);
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_node_hears_nothing() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.wires[1].black_hole();
    trial.becomes_unavailable().await;
    trial.goes_on(1500).await;
    fleet.wires[1].mend();
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_node_is_cut_off() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.wires[1].cut();
    trial.becomes_unavailable().await;
    trial.goes_on(1500).await;
    fleet.wires[1].mend();
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_node_speaks_and_hears_nothing() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.wires[1].lose_answers();
    trial.becomes_unavailable().await;
    trial.goes_on(1500).await;
    fleet.wires[1].mend();
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_replica_takes_over_without_the_last_writes() {
    replica_takes_over(REPLICATED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_replica_takes_over_without_the_last_writes_when_it_is_asked_about_every_token() {
    replica_takes_over(PER_REQUEST).await;
}

async fn replica_takes_over(mode: &str) {
    let mut primary = RedisServer::start();
    let behind = Proxy::to(primary.address()).await;
    let port = behind.address.port().to_string();
    let replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &port]);
    let in_step = || {
        replica
            .cli(&["INFO", "replication"])
            .contains("master_link_status:up")
    };
    until("the replica follows", async || in_step()).await;
    let fleet = Fleet::start_with(&primary, mode).await;
    let trial = Trial::begin(&fleet).await;

    behind.black_hole();
    trial.acknowledges(2).await;
    // One of the nodes has not heard of them either.
    fleet.wires[1].black_hole();
    trial.acknowledges(2).await;
    primary.kill();
    fleet.wires.iter().for_each(Proxy::cut);
    assert_eq!(replica.cli(&["REPLICAOF", "NO", "ONE"]), "OK");
    for wire in &fleet.wires {
        wire.retarget(replica.address());
        wire.mend();
    }
    trial.goes_on(1500).await;
    trial.end(&fleet).await;
}
