//! Redis as several servers: a cluster, and a primary whose successor sentinels choose.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use horizon_auth_testkit::{RedisServer, free_port};
use tempfile::TempDir;

use crate::fleet::{Fleet, wait_until};
use crate::trial::Trial;

fn three_masters() -> Vec<RedisServer> {
    let masters: Vec<RedisServer> = (0..3)
        .map(|_| {
            let bus = free_port().to_string();
            RedisServer::start_with(&[
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                &bus,
                "--cluster-node-timeout",
                "2000",
                "--appendonly",
                "yes",
            ])
        })
        .collect();
    let addresses: Vec<String> = masters.iter().map(|one| one.address().to_string()).collect();
    let mut create = vec!["--cluster", "create"];
    create.extend(addresses.iter().map(String::as_str));
    create.push("--cluster-yes");
    let said = masters[0].cli(&create);
    assert!(said.contains("All 16384 slots covered"), "{said}");
    for master in &masters {
        wait_until("the cluster agrees", || {
            master.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok")
        });
    }
    masters
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cluster_loses_the_master_of_the_stream() {
    let mut masters = three_masters();
    let seeds: Vec<String> = masters.iter().map(|one| one.address().to_string()).collect();
    let section = format!("[redis]\ncluster = {seeds:?}\n");
    let fleet = Fleet::configured(&[section.clone(), section]).await;
    let trial = Trial::begin(&fleet).await;
    let holds_stream = |one: &RedisServer| one.cli(&["EXISTS", "auth:{rev}"]) == "1";
    let holder = masters.iter().position(holds_stream).unwrap();
    masters[holder].kill();
    trial.goes_on(2000).await;
    masters[holder].restart();
    trial.end(&fleet).await;
}

/// A running sentinel, killed when it is dropped.
struct Sentinel {
    child: Child,
    port: u16,
}

impl Sentinel {
    fn watching(primary: &RedisServer, folder: &Path) -> Self {
        let port = free_port();
        let file = folder.join(format!("{port}.conf"));
        let settings = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {} 2\n\
             sentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 5000\n",
            primary.port
        );
        std::fs::write(&file, settings).unwrap();
        let child = Command::new("redis-server")
            .arg(file)
            .arg("--sentinel")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, port }
    }

    fn ask(&self, what: &[&str]) -> String {
        let port = self.port.to_string();
        let output = Command::new("redis-cli")
            .args(["-p", &port, "SENTINEL"])
            .args(what)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.child.kill(); // ended already is fine
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sentinels_choose_another_primary() {
    let folder = TempDir::new().unwrap();
    let mut primary = RedisServer::start();
    let replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &primary.port.to_string()]);
    wait_until("the replica follows", || {
        replica
            .cli(&["INFO", "replication"])
            .contains("master_link_status:up")
    });
    let sentinels = [0; 3].map(|_| Sentinel::watching(&primary, folder.path()));
    for sentinel in &sentinels {
        wait_until("the sentinels know each other and the replica", || {
            sentinel.ask(&["CKQUORUM", "main"]).contains("OK 3 usable")
                && sentinel
                    .ask(&["REPLICAS", "main"])
                    .contains(&replica.port.to_string())
        });
    }
    let addresses = sentinels.each_ref().map(|one| format!("127.0.0.1:{}", one.port));
    let section = format!("[redis]\nsentinels = {addresses:?}\nprimary = \"main\"\n");
    let fleet = Fleet::configured(&[section.clone(), section]).await;
    let trial = Trial::begin(&fleet).await;
    primary.kill();
    wait_until("the replica is the primary", || {
        replica.cli(&["ROLE"]).starts_with("master")
    });
    trial.goes_on(1000).await;
    trial.end(&fleet).await;
}
