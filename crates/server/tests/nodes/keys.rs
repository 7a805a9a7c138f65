//! Signing keys change while clients of two nodes go on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use horizon_auth_testkit::RedisServer;

use crate::fleet::Fleet;
use crate::support::{stderr, stdout};
use crate::trial::{account, until};
use crate::watch::profile;

/// What all tokens of one key have in common.
fn header(token: &str) -> String {
    token.split('.').next().unwrap().to_owned()
}

/// Gives one node after the other a sealing key, as an operator does.
fn seal(fleet: &mut Fleet) {
    let made = fleet.installations[0].run(&["keys", "generate", "--sealing"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let file = fleet.installations[0].path().join("jwt-sealing.key");
    let named = format!("[jwt]\nsealing_key_file = {:?}", file.to_str().unwrap());
    for node in 0..fleet.nodes.len() {
        let path = fleet.installations[node].path().join("horizon-auth.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, config.replace("[jwt]", &named)).unwrap();
        fleet.nodes[node].terminate();
        assert!(fleet.nodes[node].wait().success());
        fleet.start_again(node);
        fleet.wait_until_ready();
    }
}

fn keys(fleet: &Fleet, arguments: &[&str]) -> String {
    let done = fleet.installations[1].run(&[&["keys"], arguments].concat());
    assert!(done.status.success(), "{}", stderr(&done));
    stdout(&done)
}

fn kid(fleet: &Fleet, state: &str) -> String {
    let list = keys(fleet, &["list"]);
    let line = list.lines().find(|line| line.contains(&format!("  {state} ")));
    line.and_then(|line| line.split(' ').next()).unwrap().to_owned()
}

/// Asks every node about every token until it is told to stop. Nobody may be refused, not even once.
async fn nobody_is_refused(
    nodes: Vec<SocketAddr>,
    tokens: Vec<String>,
    stopped: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
) {
    while !stopped.load(Ordering::SeqCst) {
        for node in &nodes {
            for token in &tokens {
                assert_eq!(profile(*node, token).await, 200, "a valid token was refused");
                asked.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_change_on_two_nodes_under_load_and_no_valid_token_is_refused() {
    let redis = RedisServer::start();
    let mut fleet = Fleet::start(&redis).await;
    seal(&mut fleet);
    let (stopped, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut asking = Vec::new();
    for round in 0..3 {
        let tokens: Vec<String> = (0..4)
            .map(|number| account(&fleet.nodes[number % 2]).token)
            .collect();
        let old = header(&tokens[0]);
        let work = nobody_is_refused(
            fleet.addresses(),
            tokens,
            Arc::clone(&stopped),
            Arc::clone(&asked),
        );
        asking.push(tokio::spawn(work));

        keys(
            &fleet,
            &["rotate", "--algorithm", ["EdDSA", "ES256", "EdDSA"][round]],
        );
        let next = kid(&fleet, "next");
        for node in &fleet.nodes {
            until("every node publishes it", async || {
                node.get("/.well-known/jwks.json", "").0.contains(&next)
            })
            .await;
        }
        assert_eq!(header(&account(&fleet.nodes[0]).token), old, "too early to sign");

        // Two hours go by for the key, and for nobody else.
        let age = "UPDATE signing_keys SET changed_at = changed_at - 7200000 WHERE state = 'next'";
        fleet.database.execute(age).await;
        let tell = "UPDATE outside_changes SET made = made + 1 WHERE topic = 'keys'";
        fleet.database.execute(tell).await;
        for signing in 0..2 {
            until("every node signs with it", async || {
                let token = account(&fleet.nodes[signing]).token;
                for node in fleet.addresses() {
                    assert_eq!(profile(node, &token).await, 200, "a fresh token was refused");
                }
                header(&token) != old
            })
            .await;
        }
        assert_eq!(kid(&fleet, "active"), next);
    }
    stopped.store(true, Ordering::SeqCst);
    for task in asking {
        task.await.unwrap();
    }
    println!("{} requests, none refused", asked.load(Ordering::SeqCst));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revoked_key_is_refused_by_every_node_once_the_command_returns() {
    let redis = RedisServer::start();
    let mut fleet = Fleet::start(&redis).await;
    seal(&mut fleet);
    for _ in 0..2 {
        let tokens: Vec<String> = (0..4)
            .map(|number| account(&fleet.nodes[number % 2]).token)
            .collect();
        for node in fleet.addresses() {
            assert_eq!(profile(node, &tokens[0]).await, 200);
        }
        let stolen = kid(&fleet, "active");

        keys(&fleet, &["revoke", &stolen]);

        for node in fleet.addresses() {
            for token in &tokens {
                assert_eq!(
                    profile(node, token).await,
                    401,
                    "a token of a revoked key was accepted"
                );
            }
        }
        for signing in 0..2 {
            until("every node signs with the other key", async || {
                let token = account(&fleet.nodes[signing]).token;
                header(&token) != header(&tokens[0])
                    && profile(fleet.nodes[0].address, &token).await == 200
                    && profile(fleet.nodes[1].address, &token).await == 200
            })
            .await;
        }
    }
}
