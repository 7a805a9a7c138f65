//! A node stands still or dies.

use horizon_auth_testkit::RedisServer;

use crate::fleet::Fleet;
use crate::trial::{Trial, account, every_node_serves_again, until};
use crate::watch::{profile, revoke};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_stands_still_and_goes_on_as_if_nothing_had_happened() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.nodes[1].signal("STOP");
    // The other one does not wait for it.
    trial.acknowledges(2).await;
    trial.goes_on(5000).await;
    fleet.nodes[1].signal("CONT");
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_is_killed_and_started_again() {
    let redis = RedisServer::start();
    let mut fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.nodes[0].signal("KILL");
    fleet.nodes[0].wait();
    trial.goes_on(1000).await;
    fleet.start_again(0);
    trial.moved(&fleet, 0);
    trial.goes_on(500).await;
    trial.end(&fleet).await;
}

/// The revocation is in SQL and nowhere else, and nobody who knows of it is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_is_killed_between_its_commit_and_its_announcement() {
    let redis = RedisServer::start();
    // Long enough to verify the token after Redis has become unreachable.
    let mut fleet = Fleet::start_with(&redis, "[revocation]\nlease = \"8s\"\n").await;
    let account = account(&fleet.nodes[0]);
    let [first, second] = [fleet.nodes[0].address, fleet.nodes[1].address];
    until("both accept it", async || {
        profile(first, &account.token).await == 200 && profile(second, &account.token).await == 200
    })
    .await;

    fleet.wires[0].black_hole();
    let token = account.token.clone();
    let revoking = tokio::spawn(async move { revoke(first, &token, "all").await });
    until("it is committed", async || {
        !fleet.users_without_session().await.is_empty()
    })
    .await;
    fleet.nodes[0].signal("KILL");
    fleet.nodes[0].wait();
    assert_ne!(revoking.await.unwrap(), 200, "nobody was told that it is done");

    until("the other node refuses it", async || {
        profile(second, &account.token).await == 401
    })
    .await;
    fleet.wires[0].mend();
    fleet.start_again(0);
    let first = fleet.nodes[0].address;
    until("it refuses it after its start", async || {
        profile(first, &account.token).await == 401
    })
    .await;
    every_node_serves_again(&fleet).await;
}
