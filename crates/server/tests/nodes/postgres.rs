//! PostgreSQL dies, refuses writes, or has no connection left.

use horizon_auth_testkit::RedisServer;

use crate::claims::refusal;
use crate::fleet::Fleet;
use crate::support::Installation;
use crate::trial::Trial;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_dies() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.postgres.cut();
    fleet.login.end_connections().await;
    trial.goes_on(2500).await;
    fleet.postgres.mend();
    trial.end(&fleet).await;

    // With its connections the server forgot who had claimed it.
    let alone = fleet.installations[0].beside("");
    for node in &fleet.nodes {
        node.wait_for_log("claimed again");
    }
    assert!(refusal(&alone).contains("let all of them share one Redis"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_does_not_answer() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.postgres.black_hole();
    trial.goes_on(3000).await;
    fleet.postgres.mend();
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_takes_no_writes() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.login.make_read_only().await;
    trial.acknowledges_nothing().await;
    trial.goes_on(1500).await;
    fleet.login.mend().await;
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_has_no_connection_left() {
    let redis = RedisServer::start();
    let fleet = Fleet::start(&redis).await;
    let trial = Trial::begin(&fleet).await;
    fleet.login.exhaust_connections().await;
    // Requests wait for a connection for seconds before they are refused.
    trial.becomes_unavailable().await;
    trial.goes_on(1000).await;
    fleet.login.mend().await;
    trial.end(&fleet).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_whose_place_was_taken_while_postgres_was_away_ends() {
    let redis = RedisServer::start();
    let mut fleet = Fleet::start(&redis).await;
    let alone = Installation::on(&fleet.login.url(fleet.login.server()), "");
    fleet.postgres.cut();
    fleet.login.end_connections().await;
    let _alone = alone.serve();
    fleet.postgres.mend();
    for node in &mut fleet.nodes {
        assert_eq!(node.wait().code(), Some(1), "{}", node.log());
        node.wait_for_log("a horizon-auth process without Redis uses this database");
    }
}
