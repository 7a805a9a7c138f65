//! A new version is rolled out: one node after the other is stopped and started while clients go on.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use horizon_auth_testkit::RedisServer;

use crate::fleet::Fleet;
use crate::support::PATIENCE;
use crate::trial::{Trial, account, until};
use crate::watch::profile;

/// Clients who ask the other node when one does not answer.
#[derive(Default)]
struct Clients {
    nodes: Mutex<Vec<SocketAddr>>,
    stopped: AtomicBool,
    served: AtomicUsize,
    retried: AtomicUsize,
}

impl Clients {
    async fn ask_again_and_again(&self, token: String) {
        let mut node = 0;
        while !self.stopped.load(Ordering::SeqCst) {
            let start = Instant::now();
            loop {
                let address = self.nodes.lock().unwrap()[node];
                match profile(address, &token).await {
                    200 => break,
                    0 | 503 => self.retried.fetch_add(1, Ordering::SeqCst),
                    other => panic!("answered with {other}"),
                };
                assert!(start.elapsed() < PATIENCE, "a retry did not save the request");
                node = 1 - node;
            }
            self.served.fetch_add(1, Ordering::SeqCst);
            node = 1 - node;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rolling_restart_loses_no_request_that_is_asked_again() {
    let redis = RedisServer::start();
    let mut fleet = Fleet::start_with(&redis, "[server]\ndrain_notice = \"1s\"\n").await;
    let trial = Trial::begin(&fleet).await;
    let clients = Arc::new(Clients {
        nodes: Mutex::new(fleet.addresses()),
        ..Clients::default()
    });
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let (clients, token) = (Arc::clone(&clients), account(&fleet.nodes[0]).token);
            tokio::spawn(async move { clients.ask_again_and_again(token).await })
        })
        .collect();
    for node in [0, 1] {
        fleet.nodes[node].terminate();
        assert!(fleet.nodes[node].wait().success(), "{}", fleet.nodes[node].log());
        assert!(
            fleet.nodes[node]
                .log()
                .contains("all requests have been answered")
        );
        let before = clients.served.load(Ordering::SeqCst);
        until("the other one serves", async || {
            clients.served.load(Ordering::SeqCst) > before + 8
        })
        .await;
        fleet.start_again(node);
        clients.nodes.lock().unwrap()[node] = fleet.nodes[node].address;
        trial.moved(&fleet, node);
        fleet.wait_until_ready();
    }
    clients.stopped.store(true, Ordering::SeqCst);
    for task in asking {
        task.await.unwrap();
    }
    let [served, retried] = [&clients.served, &clients.retried].map(|count| count.load(Ordering::SeqCst));
    println!("{served} requests served, {retried} retries");
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_that_stops_is_not_ready_before_it_refuses_anybody() {
    let redis = RedisServer::start();
    let fleet = Fleet::start_with(&redis, "[server]\ndrain_notice = \"10m\"\n").await;
    let (node, token) = (&fleet.nodes[0], account(&fleet.nodes[0]).token);
    node.terminate();
    node.wait_for_log("stopping");
    let ready = node.get("/health/ready", "");
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.json()["status"], "draining");
    assert_eq!(profile(node.address, &token).await, 200, "it still serves");
    assert_eq!(fleet.nodes[1].get("/health/ready", "").status(), 200);
}
