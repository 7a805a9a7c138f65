//! Revocations that every node decides from its own memory.

use std::time::{Duration, Instant};

use horizon_auth_core::ports::cache::Denylist as _;
use horizon_auth_testkit::{Proxy, RedisServer};

use crate::support::{LEASE, address_of, ask, node, session, until_it_answers, wait_until};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revocation_is_on_every_node_when_the_call_returns_and_that_is_soon() {
    let server = RedisServer::start();
    let (one, other) = (node(address_of(&server)).await, node(address_of(&server)).await);
    // Both have followed for a lease: they know each other.
    tokio::time::sleep(LEASE * 2).await;
    let mut took = Vec::new();
    for number in 1..=50 {
        assert!(!ask(&other, number).await.unwrap());
        let start = Instant::now();
        one.deny(&[session(number)]).await.unwrap();
        took.push(start.elapsed());
        assert!(ask(&other, number).await.unwrap(), "{number}");
        assert!(ask(&one, number).await.unwrap(), "{number}");
    }
    took.sort_unstable();
    assert!(
        took[25] < LEASE / 2,
        "the nodes are not asked for their word: {took:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_that_is_cut_off_refuses_before_the_call_on_the_other_one_returns() {
    let server = RedisServer::start();
    let proxy = Proxy::to(address_of(&server)).await;
    let (one, other) = (node(address_of(&server)).await, node(proxy.address).await);
    for fault in [Proxy::cut, Proxy::black_hole, Proxy::lose_answers] {
        tokio::time::sleep(LEASE * 2).await;
        fault(&proxy);
        one.deny(&[session(7)]).await.unwrap();
        assert!(ask(&other, 8).await.is_err(), "it cannot know");
        assert!(!ask(&one, 8).await.unwrap());
        proxy.mend();
        until_it_answers(&other).await;
        assert!(
            ask(&other, 7).await.unwrap(),
            "it has caught up before it decides"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_node_decides_while_redis_stands_still_and_all_do_afterwards() {
    let server = RedisServer::start();
    let (one, other) = (node(address_of(&server)).await, node(address_of(&server)).await);
    server.signal("STOP");
    tokio::time::sleep(LEASE + LEASE / 10).await;
    assert!(ask(&one, 1).await.is_err());
    assert!(ask(&other, 1).await.is_err());
    assert!(
        one.deny(&[session(1)]).await.is_err(),
        "nobody is told that it is done"
    );
    server.signal("CONT");
    until_it_answers(&one).await;
    until_it_answers(&other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_redis_that_lost_everything_makes_every_node_read_sql_again() {
    let mut server = RedisServer::start();
    let (one, other) = (node(address_of(&server)).await, node(address_of(&server)).await);
    for fault in [
        (|server| _ = server.cli(&["FLUSHALL"])) as fn(&mut RedisServer),
        |server| _ = server.cli(&["DEL", "auth:{rev}"]),
        |server| _ = server.cli(&["DEL", "auth:{rev}:state"]),
        RedisServer::restart,
    ] {
        let before = (one.suspicions(), other.suspicions());
        fault(&mut server);
        wait_until("both are suspicious", async || {
            one.suspicions() > before.0 && other.suspicions() > before.1
        })
        .await;
        assert!(
            ask(&one, 1).await.is_err(),
            "nothing is decided before SQL was read"
        );
        until_it_answers(&one).await;
        until_it_answers(&other).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slow_redis_is_no_reason_to_refuse() {
    let server = RedisServer::start();
    let proxy = Proxy::to(address_of(&server)).await;
    let other = node(proxy.address).await;
    // What a heartbeat brings is read a round trip later, and holds until another one has passed: a lease
    // has room for two of them and the pause between heartbeats.
    proxy.delay(Duration::from_millis(300));
    tokio::time::sleep(LEASE * 2).await;
    let mut answers = 0;
    for _ in 0..20 {
        answers += u32::from(ask(&other, 1).await.is_ok());
        tokio::time::sleep(LEASE / 10).await;
    }
    assert!(answers >= 15, "{answers} of 20");
}
