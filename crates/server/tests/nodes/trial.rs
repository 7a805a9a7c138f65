//! One trial: requests and revocations all the time, a fault in the middle, and the judgement at the end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::fleet::Fleet;
use crate::support::{PATIENCE, Running};
use crate::watch::{Summary, Watch, profile, revoke};

/// Accounts of one trial; one is revoked on each node every 120 ms or so.
const ACCOUNTS: usize = 60;

/// Somebody with an access token.
pub(crate) struct Account {
    user: String,
    pub(crate) token: String,
}

/// Makes a fresh account.
pub(crate) fn account(node: &Running) -> Account {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let body = format!(r#"{{"email":"a{number}@example.com","password":"correct horse battery"}}"#);
    let answer = node.post("/auth/register", "", &body);
    assert_eq!(answer.status(), 201, "{answer:?}");
    Account {
        user: answer.json()["user"]["id"].as_str().unwrap().to_owned(),
        token: answer.access_token(),
    }
}

/// A trial that goes on.
pub(crate) struct Trial {
    watch: Watch,
    accounts: Vec<Account>,
}

impl Trial {
    /// Begins, and returns when requests were accepted and refused and revocations acknowledged.
    pub(crate) async fn begin(fleet: &Fleet) -> Self {
        let nodes = fleet.nodes.iter().cycle();
        let accounts: Vec<Account> = nodes.take(ACCOUNTS).map(account).collect();
        let tokens = accounts.iter().map(|account| account.token.clone()).collect();
        let watch = Watch::start(fleet.addresses(), tokens);
        let start = Instant::now();
        loop {
            let seen = watch.so_far();
            if seen.accepted > 20 && seen.refused > 5 && seen.acknowledged > 5 {
                return Self { watch, accounts };
            }
            assert!(start.elapsed() < PATIENCE, "nothing happens: {seen:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets the fault last.
    pub(crate) async fn goes_on(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// Waits for acknowledgements of revocations that were sent from now on.
    pub(crate) async fn acknowledges(&self, count: usize) {
        let nodes = self.watch.nodes();
        // Each node has at most one under way.
        let enough = self.so_far().acknowledged + nodes + count;
        until("revocations are acknowledged", async || {
            self.so_far().acknowledged >= enough
        })
        .await;
    }

    /// Waits until a node refuses requests because it cannot decide or act, or does not answer at all.
    pub(crate) async fn becomes_unavailable(&self) {
        let enough = self.so_far().unavailable + 10;
        until("requests are refused", async || {
            self.so_far().unavailable >= enough
        })
        .await;
    }

    /// Waits for revocations that are not acknowledged.
    pub(crate) async fn acknowledges_nothing(&self) {
        let enough = self.so_far().uncertain + 2;
        until("revocations fail", async || self.so_far().uncertain >= enough).await;
    }

    /// What has been seen so far.
    fn so_far(&self) -> Summary {
        self.watch.so_far()
    }

    /// A node was started again.
    pub(crate) fn moved(&self, fleet: &Fleet, node: usize) {
        self.watch.moved(node, fleet.nodes[node].address);
    }

    /// Ends when both nodes serve and revoke again, and judges.
    #[expect(clippy::print_stdout, reason = "`--nocapture` shows what each trial saw")]
    pub(crate) async fn end(self, fleet: &Fleet) {
        every_node_serves_again(fleet).await;
        let summary = self.watch.stop().await;
        let over = fleet.users_without_session().await;
        assert!(over.len() >= summary.acknowledged, "SQL is the truth");
        let revoked = self
            .accounts
            .iter()
            .filter(|account| over.contains(&account.user));
        // With the uncertain ones: what SQL holds is in effect everywhere, sooner or later.
        for account in revoked {
            for address in fleet.addresses() {
                until(&format!("{address} refuses what is revoked"), async || {
                    profile(address, &account.token).await == 401
                })
                .await;
            }
        }
        println!("{}: {summary:?}", std::thread::current().name().unwrap_or("?"));
    }
}

/// Each node accepts a fresh token, and revokes it for both.
pub(crate) async fn every_node_serves_again(fleet: &Fleet) {
    fleet.wait_until_ready();
    for revoking in fleet.addresses() {
        let start = Instant::now();
        // A revocation that was not acknowledged may be in effect all the same, so each attempt has its own account.
        loop {
            let token = account(&fleet.nodes[0]).token;
            for address in fleet.addresses() {
                until(&format!("{address} serves"), async || {
                    profile(address, &token).await == 200
                })
                .await;
            }
            if revoke(revoking, &token, "all").await == 200 {
                for address in fleet.addresses() {
                    assert_ne!(profile(address, &token).await, 200);
                }
                break;
            }
            assert!(start.elapsed() < PATIENCE, "{revoking} does not revoke");
        }
    }
}

/// Asks again and again, since only what happens counts and not how long it takes.
pub(crate) async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < PATIENCE, "it never happens that {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
