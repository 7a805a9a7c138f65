//! Whatever operators and clocks do, no verifier refuses a living token of a key that was not revoked.

use std::sync::LazyLock;
use std::time::Duration;

use horizon_auth_core::auth::Auth;
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::crypto::keyring::KeyRing;
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::key_state::{KeyState, KeyTimes};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::flows::{LoggedIn, RefreshCommand};
use horizon_auth_testkit::{Kind, Setup, TestAuth};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::support::{ANA, signer, states, stored, verdict};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// One thing that happens.
#[derive(Clone, Debug)]
enum Act {
    /// An operator asks for another key.
    Rotate,
    /// An operator tries to retire some key.
    Retire(usize),
    /// Time passes; only some nodes look after themselves.
    Pass { seconds: u64, heals: [bool; 2] },
    /// A client gets a token from a node.
    Refresh(usize),
    /// A verifier is asked, and reads from that node if its cache has run out.
    Ask { verifier: usize, node: usize },
}

fn act() -> impl Strategy<Value = Act> {
    // From moments to more than a cache and a token live.
    let seconds = prop_oneof![0_u64..8, 30_u64..400, 300_u64..4200];
    prop_oneof![
        2 => Just(Act::Rotate),
        1 => (0_usize..6).prop_map(Act::Retire),
        6 => (seconds, any::<[bool; 2]>()).prop_map(|(seconds, heals)| Act::Pass { seconds, heals }),
        6 => (0_usize..2).prop_map(Act::Refresh),
        6 => (0_usize..3, 0_usize..2).prop_map(|(verifier, node)| Act::Ask { verifier, node }),
    ]
}

/// Obeys `max-age`, and never asks for a key that it lacks.
#[derive(Default)]
struct Verifier(Option<(AccessTokens, Timestamp)>);

impl Verifier {
    fn keys(&mut self, node: &Auth, now: Timestamp) -> &AccessTokens {
        let is_over = self.0.as_ref().is_none_or(|(_, until)| now >= *until);
        if is_over {
            let set = node.jwks();
            let ring = KeyRing::new(None, set.ring().keys().cloned().collect()).unwrap();
            let policy = node.policy();
            let (issuer, audience) = (policy.issuer.clone(), policy.audience.clone());
            let tokens = AccessTokens::new(ring, issuer, audience, Duration::ZERO);
            self.0 = Some((tokens, now + set.max_age));
        }
        &self.0.as_ref().unwrap().0
    }
}

struct World {
    t: TestAuth,
    nodes: [Auth; 2],
    verifiers: [Verifier; 3],
    person: LoggedIn,
    live: Vec<(String, Timestamp)>,
}

impl World {
    async fn begin() -> Self {
        let t = Setup::new(Kind::Sqlite)
            .policy(|policy| {
                policy.refresh_idle_ttl = Duration::from_secs(10_000_000);
                policy.refresh_absolute_ttl = Duration::from_secs(10_000_000);
            })
            .sealing()
            .start()
            .await;
        let nodes = [t.auth.clone(), t.restarted().await];
        let person = t.signed_in(ANA).await;
        let mut world = Self {
            t,
            nodes,
            verifiers: Default::default(),
            person,
            live: Vec::new(),
        };
        world.keep();
        world
    }

    fn keep(&mut self) {
        let issued = Timestamp::from_millis(self.t.auth.now().seconds() * 1000);
        let until = issued + self.t.auth.policy().access_ttl;
        self.live.push((self.person.access_token.clone(), until));
    }

    /// Only the active key signs, or on a node that has not looked again the one that was it until just now.
    async fn expect_lately_active(&self, kid: &str) {
        let now = self.t.auth.now();
        let keys = stored(&self.t).await;
        let key = keys.iter().find(|key| key.kid == kid).unwrap();
        let lately = now.since(key.changed_at) <= KeyTimes::CONFIRMED;
        assert!(
            key.state == KeyState::Active || key.state == KeyState::Retiring && lately,
            "a key that is {:?} signs",
            key.state
        );
    }

    async fn happens(&mut self, act: &Act) {
        match act {
            // Refused or not: what matters is what clients see.
            Act::Rotate => drop(
                self.nodes[0]
                    .rotate_key(Some(Algorithm::Es256), &self.t.client())
                    .await,
            ),
            Act::Retire(number) => {
                if let Some((kid, _)) = states(&self.t).await.get(*number) {
                    let _ = self.nodes[1].retire_key(kid, &self.t.client()).await;
                }
            }
            Act::Pass { seconds, heals } => {
                self.t.clock.advance(Duration::from_secs(*seconds));
                for (node, heals) in self.nodes.iter().zip(heals) {
                    if *heals {
                        node.heal().await.unwrap();
                    }
                }
            }
            Act::Refresh(node) => {
                let cmd = RefreshCommand {
                    tenant: self.person.user.tenant.clone(),
                    token: self.person.refresh.secret.clone(),
                    idempotency_key: None,
                    client: self.t.client(),
                };
                self.person = self.nodes[*node].refresh(cmd).await.unwrap().logged_in;
                self.expect_lately_active(&signer(&self.person.access_token))
                    .await;
                self.keep();
            }
            Act::Ask { verifier, node } => {
                let now = self.t.auth.now();
                self.live.retain(|(_, until)| now < *until);
                let keys = self.verifiers[*verifier].keys(&self.nodes[*node], now);
                for (token, _) in &self.live {
                    assert!(
                        keys.verify(token, now).is_ok(),
                        "a verifier refuses a living token"
                    );
                }
            }
        }
        let now = self.t.auth.now();
        self.live.retain(|(_, until)| now < *until);
        for (token, _) in &self.live {
            for node in &self.nodes {
                assert_eq!(
                    verdict(&self.t, node, token).await,
                    Ok(()),
                    "a node refuses a living token"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, max_shrink_iters: 50, ..ProptestConfig::default() })]

    #[test]
    fn a_verifier_that_caches_never_refuses_a_living_token(acts in prop::collection::vec(act(), 20..60)) {
        RUNTIME.block_on(async {
            let mut world = World::begin().await;
            for act in &acts {
                world.happens(act).await;
            }
        });
    }
}
