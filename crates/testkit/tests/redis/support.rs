//! Links to a server of the test, directly or through a proxy.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use horizon_auth_adapters::cache::redis::{Link, ReplicatedDenylist};
use horizon_auth_adapters::system::SystemClock;
use horizon_auth_core::domain::ids::{Fingerprint, SessionId, TokenId, UserId};
use horizon_auth_core::domain::revocation::{Revocation, Revoked, TokenSubject};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::cache::{CacheError, Denylist as _};
use horizon_auth_testkit::{RedisServer, SharedRedis};
use uuid::Uuid;

/// Nothing that a test waits for takes longer, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// A lease that is short enough for tests.
pub(crate) const LEASE: Duration = Duration::from_secs(1);

pub(crate) fn link_to(address: SocketAddr) -> Arc<Link> {
    SharedRedis::replicated(address).link()
}

pub(crate) fn address_of(server: &RedisServer) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], server.port))
}

/// A denylist of a node that has nothing to read from SQL.
pub(crate) async fn node(address: SocketAddr) -> ReplicatedDenylist {
    let node = ReplicatedDenylist::start(link_to(address), LEASE, Arc::new(SystemClock));
    until_it_answers(&node).await;
    node
}

/// Plays the worker that reads SQL, until the node decides again.
pub(crate) async fn until_it_answers(node: &ReplicatedDenylist) {
    wait_until("the node decides", async || {
        if !node.is_complete() {
            node.load(&[], node.suspicions()).await.unwrap();
        }
        ask(node, 0).await.is_ok()
    })
    .await;
}

pub(crate) async fn wait_until(what: &str, condition: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Denies session `number`.
pub(crate) fn session(number: u128) -> Revocation {
    Revocation {
        tenant: TenantId::parse("home").unwrap(),
        what: Revoked::Session(SessionId::from_uuid(Uuid::from_u128(number))),
        expires_at: Timestamp::from_millis(4_000_000_000_000),
    }
}

/// Whether a token of session `number` is denied.
pub(crate) async fn ask(node: &ReplicatedDenylist, number: u128) -> Result<bool, CacheError> {
    let subject = TokenSubject {
        token: Some(TokenId::from_uuid(Uuid::from_u128(1))),
        session: SessionId::from_uuid(Uuid::from_u128(number)),
        user: UserId::from_uuid(Uuid::from_u128(2)),
        epoch: 0,
        tenant: Fingerprint::from_uuid(Uuid::from_u128(3)),
        tenant_epoch: 0,
        key: Some(Fingerprint::from_uuid(Uuid::from_u128(4))),
    };
    node.is_denied(&subject, Timestamp::from_millis(1_800_000_000_000))
        .await
}
