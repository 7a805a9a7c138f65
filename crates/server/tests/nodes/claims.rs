//! Who may serve one database together.

use std::process::Stdio;
use std::time::{Duration, Instant};

use horizon_auth_testkit::RedisServer;

use crate::fleet::Fleet;
use crate::support::{Installation, PATIENCE, program, stderr};

/// What a server says that is not allowed to start.
pub(crate) fn refusal(installation: &Installation) -> String {
    let mut refused = program(installation.path())
        .args(["serve", "--config", "horizon-auth.toml"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while refused.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            refused.kill().unwrap();
            panic!("it serves");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let refused = refused.wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
    stderr(&refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_with_redis_and_a_node_without_exclude_each_other() {
    let redis = RedisServer::start();
    let mut fleet = Fleet::start(&redis).await;
    let alone = fleet.installations[0].beside("");
    assert!(
        refusal(&alone).contains("let all of them share one Redis"),
        "{}",
        refusal(&alone)
    );

    // One is enough to keep it out.
    fleet.nodes[0].terminate();
    assert!(fleet.nodes[0].wait().success());
    assert!(refusal(&alone).contains("let all of them share one Redis"));

    fleet.nodes[1].terminate();
    assert!(fleet.nodes[1].wait().success());
    let _alone = alone.serve();
    let shared = refusal(&fleet.installations[0]);
    assert!(
        shared.contains("a horizon-auth process without Redis uses this database"),
        "{shared}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_redis_that_drops_keys_is_reported() {
    let redis = RedisServer::start_with(&["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"]);
    let fleet = Fleet::start(&redis).await;
    for node in &fleet.nodes {
        node.wait_for_log("set maxmemory-policy to noeviction");
        let ready = node.get("/health/ready", "").json();
        let warning = ready["checks"]["redis"]["warning"].as_str().unwrap();
        assert!(warning.contains("noeviction"), "{ready}");
    }
}
