//! Windows that all nodes share.

use std::time::Duration;

use horizon_auth_adapters::cache::redis::RedisLimiter;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::limits::{Counted, Rate, Rule};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::cache::Limiter as _;
use horizon_auth_testkit::{Proxy, RedisServer};
use tokio::task::JoinSet;

use crate::support::{address_of, link_to};

/// The limiter goes by the clock of Redis.
const NOBODYS_CLOCK: Timestamp = Timestamp::from_millis(0);

struct Nodes {
    one: RedisLimiter,
    other: RedisLimiter,
    server: RedisServer,
}

impl Nodes {
    fn new() -> Self {
        let server = RedisServer::start();
        let limiter = || RedisLimiter::new(link_to(address_of(&server)));
        Self {
            one: limiter(),
            other: limiter(),
            server,
        }
    }
}

async fn hit(limiter: &RedisLimiter, rule: Rule, email: &str, rate: Rate) -> Option<Duration> {
    let (tenant, email) = (TenantId::parse("home").unwrap(), Email::parse(email).unwrap());
    let counted = Counted::Account(&tenant, &email);
    limiter.hit(rule, counted, rate, NOBODYS_CLOCK).await.unwrap()
}

#[tokio::test]
async fn nodes_count_in_one_window() {
    let nodes = Nodes::new();
    let rate = Rate::per_seconds(4, 60);
    for limiter in [&nodes.one, &nodes.other, &nodes.one, &nodes.other] {
        assert_eq!(hit(limiter, Rule::Register, "ana@example.com", rate).await, None);
    }
    let wait = hit(&nodes.one, Rule::Register, "ana@example.com", rate)
        .await
        .unwrap();
    assert!(
        (Duration::from_secs(55)..=Duration::from_secs(60)).contains(&wait),
        "{wait:?}"
    );
    assert_eq!(
        hit(&nodes.one, Rule::Register, "ben@example.com", rate).await,
        None
    );
    assert_eq!(hit(&nodes.one, Rule::Login, "ana@example.com", rate).await, None);
}

#[tokio::test]
async fn a_window_slides_and_leaves_nothing_behind() {
    let nodes = Nodes::new();
    let rate = Rate {
        limit: 2,
        window: Duration::from_millis(400),
    };
    for _ in 0..2 {
        assert_eq!(
            hit(&nodes.one, Rule::Register, "ana@example.com", rate).await,
            None
        );
    }
    while let Some(wait) = hit(&nodes.other, Rule::Register, "ana@example.com", rate).await {
        assert!(wait <= rate.window);
        tokio::time::sleep(wait).await;
    }
    tokio::time::sleep(rate.window).await;
    crate::support::wait_until("the key is gone", async || nodes.server.cli(&["DBSIZE"]) == "0").await;
}

#[tokio::test]
async fn pauses_double_after_the_free_attempts_and_a_success_forgives() {
    let nodes = Nodes::new();
    let rate = Rate::per_seconds(2, 900);
    for _ in 0..2 {
        assert_eq!(
            hit(&nodes.one, Rule::LoginAccount, "ana@example.com", rate).await,
            None
        );
    }
    for longest in [1, 2] {
        let wait = hit(&nodes.other, Rule::LoginAccount, "ana@example.com", rate)
            .await
            .unwrap();
        let longest = Duration::from_secs(longest);
        assert!(wait <= longest && wait > longest / 2, "{wait:?} of {longest:?}");
        tokio::time::sleep(wait).await;
        assert_eq!(
            hit(&nodes.one, Rule::LoginAccount, "ana@example.com", rate).await,
            None
        );
    }
    let (tenant, email) = (
        TenantId::parse("home").unwrap(),
        Email::parse("ana@example.com").unwrap(),
    );
    nodes
        .one
        .forgive(Rule::LoginAccount, Counted::Account(&tenant, &email))
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(
            hit(&nodes.other, Rule::LoginAccount, "ana@example.com", rate).await,
            None
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_on_two_nodes_lets_the_limit_through_and_no_more() {
    let server = RedisServer::start();
    let rate = Rate::per_seconds(10, 60);
    let limiters: Vec<_> = (0..2)
        .map(|_| std::sync::Arc::new(RedisLimiter::new(link_to(address_of(&server)))))
        .collect();
    let mut hits = JoinSet::new();
    for number in 0..100 {
        let limiter = std::sync::Arc::clone(&limiters[number % 2]);
        hits.spawn(async move { hit(&limiter, Rule::Register, "ana@example.com", rate).await });
    }
    let allowed = hits.join_all().await.into_iter().filter(Option::is_none).count();
    assert_eq!(allowed, 10);
}

#[tokio::test]
async fn nobody_is_unlimited_while_redis_is_away() {
    let server = RedisServer::start();
    let proxy = Proxy::to(address_of(&server)).await;
    let limiter = RedisLimiter::new(link_to(proxy.address));
    let (tenant, email) = (
        TenantId::parse("home").unwrap(),
        Email::parse("ana@example.com").unwrap(),
    );
    let rate = Rate::per_seconds(10, 60);
    let attempt = async || {
        limiter
            .hit(
                Rule::Register,
                Counted::Account(&tenant, &email),
                rate,
                NOBODYS_CLOCK,
            )
            .await
    };
    assert_eq!(attempt().await.unwrap(), None);
    proxy.cut();
    assert!(attempt().await.is_err());
    proxy.mend();
    crate::support::wait_until("it counts again", async || attempt().await.is_ok()).await;
    proxy.black_hole();
    let start = std::time::Instant::now();
    assert!(attempt().await.is_err());
    assert!(start.elapsed() < Duration::from_secs(5), "a call has an end");
    proxy.mend();
    crate::support::wait_until("it counts again", async || attempt().await.is_ok()).await;
}

#[tokio::test]
async fn no_address_is_stored_in_clear() {
    let nodes = Nodes::new();
    hit(
        &nodes.one,
        Rule::Register,
        "ana@example.com",
        Rate::per_seconds(2, 60),
    )
    .await;
    let keys = nodes.server.cli(&["KEYS", "*"]);
    assert!(keys.starts_with("auth:rl:register:"), "{keys}");
    assert!(!keys.contains("ana"));
}

#[tokio::test]
async fn a_server_that_died_without_a_word_is_left_for_its_successor() {
    let (dead, successor) = (RedisServer::start(), RedisServer::start());
    let proxy = Proxy::to(address_of(&dead)).await;
    let limiter = RedisLimiter::new(link_to(proxy.address));
    let rate = Rate::per_seconds(100, 60);
    assert_eq!(hit(&limiter, Rule::Register, "ana@example.com", rate).await, None);
    // The connection stays open and silent, as that to a machine that lost its power; a new one would work.
    dead.signal("STOP");
    proxy.retarget(address_of(&successor));
    let (tenant, email) = (
        TenantId::parse("home").unwrap(),
        Email::parse("ana@example.com").unwrap(),
    );
    let counted = Counted::Account(&tenant, &email);
    crate::support::wait_until("it counts at the successor", async || {
        limiter
            .hit(Rule::Register, counted, rate, NOBODYS_CLOCK)
            .await
            .is_ok()
    })
    .await;
}
