//! Whole engines on one PostgreSQL and one Redis.

use std::time::{Duration, Instant};

use horizon_auth::Worker;
use horizon_auth_core::auth::Auth;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::{
    AuthenticateCommand, LoggedIn, LogoutScope, RefreshCommand, RegisterCommand, Registered,
    SetPasswordCommand,
};
use horizon_auth_testkit::{Kind, Proxy, RedisServer, Setup, SharedRedis, TestAuth};

use crate::support::{address_of, wait_until};

pub(crate) type Mode = fn(std::net::SocketAddr) -> SharedRedis;
pub(crate) const MODES: [Mode; 2] = [SharedRedis::replicated, SharedRedis::per_request];

/// Two nodes; the first one is behind a proxy.
pub(crate) struct Nodes {
    pub(crate) one: TestAuth,
    pub(crate) other: Auth,
    pub(crate) proxy: Proxy,
    server: RedisServer,
    _workers: [Worker; 2],
}

impl Nodes {
    pub(crate) async fn start(mode: Mode) -> Self {
        let server = RedisServer::start();
        let proxy = Proxy::to(address_of(&server)).await;
        let mut setup = Setup::new(Kind::Postgres);
        setup.redis = Some(mode(proxy.address));
        let one = setup.start().await;
        let other = one.another_node(mode(address_of(&server))).await;
        let nodes = Self {
            _workers: [Worker::start(one.auth.clone()), Worker::start(other.clone())],
            one,
            other,
            proxy,
            server,
        };
        let token = nodes.one.signed_in("first@example.com").await.access_token;
        nodes.until_both_accept(&token).await;
        nodes
    }

    pub(crate) async fn until_both_accept(&self, token: &str) {
        wait_until("both nodes decide", async || {
            self.on_one(token).await.is_none() && self.on_other(token).await.is_none()
        })
        .await;
    }

    async fn on_one(&self, token: &str) -> Option<Code> {
        refusal(&self.one, &self.one.auth, token).await
    }

    async fn on_other(&self, token: &str) -> Option<Code> {
        refusal(&self.one, &self.other, token).await
    }
}

/// Why the node does not accept the token.
async fn refusal(t: &TestAuth, node: &Auth, token: &str) -> Option<Code> {
    let tenant = home();
    let cmd = AuthenticateCommand {
        token,
        tenant: &tenant,
        client: &t.client(),
    };
    node.authenticate(cmd).await.err().map(|error| error.code())
}

pub(crate) fn home() -> TenantId {
    TenantId::parse("default").unwrap()
}

/// What takes the access tokens of a person away.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    Logout,
    LogoutSession,
    EndSession,
    Reuse,
    Disable,
    EndSessions,
    SetPassword,
    SetRoles,
    Erase,
}

pub(crate) const VERBS: [Verb; 9] = [
    Verb::Logout,
    Verb::LogoutSession,
    Verb::EndSession,
    Verb::Reuse,
    Verb::Disable,
    Verb::EndSessions,
    Verb::SetPassword,
    Verb::SetRoles,
    Verb::Erase,
];

impl Verb {
    pub(crate) async fn apply(self, t: &TestAuth, auth: &Auth, person: &LoggedIn) {
        let (tenant, user, client) = (home(), person.user.id, t.client());
        match self {
            Self::Logout => t.logout(&person.access_token).await.unwrap(),
            Self::LogoutSession => t
                .logout_scope(&person.access_token, LogoutScope::Session)
                .await
                .unwrap(),
            Self::EndSession => t.end_session(&person.refresh.secret).await.unwrap(),
            Self::Reuse => {
                t.refresh(&person.refresh.secret).await.unwrap();
                t.clock.advance(Duration::from_secs(60));
                t.refresh(&person.refresh.secret).await.unwrap_err();
            }
            Self::Disable => auth.disable_user(&tenant, user, &client).await.unwrap(),
            Self::EndSessions => _ = auth.end_user_sessions(&tenant, user, &client).await.unwrap(),
            Self::SetPassword => {
                let password = Password::new("a wholly different password").unwrap();
                let cmd = SetPasswordCommand {
                    tenant,
                    user,
                    password,
                    client,
                };
                auth.set_password(cmd).await.unwrap();
            }
            Self::SetRoles => {
                let admin = Role::parse("admin").unwrap();
                auth.set_roles(&tenant, user, &[admin], &client).await.unwrap();
            }
            Self::Erase => auth.erase_user(&tenant, user, &client).await.unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_node_takes_away_is_gone_from_the_other_when_the_call_returns() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        for verb in VERBS {
            let ana = nodes.one.signed_in(&format!("{verb:?}@example.com")).await;
            assert_eq!(nodes.on_other(&ana.access_token).await, None, "{verb:?}");

            verb.apply(&nodes.one, &nodes.one.auth, &ana).await;

            assert_eq!(
                nodes.on_other(&ana.access_token).await,
                Some(Code::TokenRevoked),
                "{verb:?}"
            );
            assert_eq!(nodes.on_one(&ana.access_token).await, Some(Code::TokenRevoked));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tenant_that_one_node_disables_is_dead_on_the_other_when_the_call_returns() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        let acme = TenantId::parse("acme").unwrap();
        let client = nodes.one.client();
        assert!(nodes.one.auth.create_tenant(&acme, &client).await.unwrap());
        let bob = nodes.one.signed_in("bob@example.com").await;
        let cmd = RegisterCommand {
            tenant: acme.clone(),
            email: Email::parse("ana@example.com").unwrap(),
            password: Password::new("correct horse battery staple").unwrap(),
            full_name: None,
            locale: None,
            client: client.clone(),
        };
        let Registered::LoggedIn(ana) = nodes.other.register(cmd).await.unwrap() else {
            panic!("nobody asked for proof of the address");
        };
        let refusal = async |node: &Auth| {
            let cmd = AuthenticateCommand {
                token: &ana.access_token,
                tenant: &acme,
                client: &client,
            };
            node.authenticate(cmd).await.err().map(|error| error.code())
        };
        assert_eq!(refusal(&nodes.one.auth).await, None);
        assert_eq!(refusal(&nodes.other).await, None);

        nodes.one.auth.disable_tenant(&acme, &client).await.unwrap();

        assert_eq!(refusal(&nodes.other).await, Some(Code::TokenRevoked));
        assert_eq!(refusal(&nodes.one.auth).await, Some(Code::TokenRevoked));
        let refresh = RefreshCommand {
            tenant: acme.clone(),
            token: ana.refresh.secret.clone(),
            idempotency_key: None,
            client: client.clone(),
        };
        let ended = nodes.other.refresh(refresh).await.unwrap_err();
        assert_eq!(ended.code(), Code::SessionEnded);
        assert_eq!(nodes.on_other(&bob.access_token).await, None, "another tenant");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_program_beside_the_nodes_takes_away_is_gone_when_it_says_so() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        let ana = nodes.one.signed_in("ana@example.com").await;
        let outsider = nodes.one.outsider();

        Verb::Disable.apply(&nodes.one, &outsider, &ana).await;

        assert!(outsider.is_in_effect().await.unwrap());
        for code in [
            nodes.on_one(&ana.access_token).await,
            nodes.on_other(&ana.access_token).await,
        ] {
            assert_eq!(code, Some(Code::TokenRevoked));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_committed_and_not_announced_reaches_the_other_node_through_sql() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        let ana = nodes.one.signed_in("ana@example.com").await;
        let claims = nodes.one.authenticate(&ana.access_token).await.unwrap();

        nodes.proxy.black_hole();
        let cmd = horizon_auth_core::flows::LogoutCommand {
            caller: &claims,
            scope: LogoutScope::All,
            client: nodes.one.client(),
        };
        let outcome = nodes.one.auth.logout(cmd).await;

        assert_eq!(
            outcome.unwrap_err().code(),
            Code::Unavailable,
            "nobody is told that it is done"
        );
        assert_eq!(nodes.on_one(&ana.access_token).await, Some(Code::Unavailable));
        let since = Instant::now();
        wait_until("the other node has read SQL", async || {
            nodes.on_other(&ana.access_token).await == Some(Code::TokenRevoked)
        })
        .await;
        assert!(since.elapsed() < Duration::from_secs(3), "{:?}", since.elapsed());

        nodes.proxy.mend();
        let bob = nodes.one.signed_in("bob@example.com").await;
        nodes.until_both_accept(&bob.access_token).await;
        assert_eq!(nodes.on_one(&ana.access_token).await, Some(Code::TokenRevoked));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_token_comes_back_when_redis_loses_everything() {
    for mode in MODES {
        let mut nodes = Nodes::start(mode).await;
        for fault in [
            (|server| _ = server.cli(&["FLUSHALL"])) as fn(&mut RedisServer),
            RedisServer::restart,
        ] {
            let (ana, bob) = (
                nodes.one.signed_in("ana@example.com").await,
                nodes.one.signed_in("bob@example.com").await,
            );
            Verb::Logout.apply(&nodes.one, &nodes.one.auth, &ana).await;

            fault(&mut nodes.server);

            wait_until("both nodes decide again", async || {
                for code in [
                    nodes.on_one(&ana.access_token).await,
                    nodes.on_other(&ana.access_token).await,
                ] {
                    assert!(
                        matches!(code, Some(Code::TokenRevoked | Code::Unavailable)),
                        "{code:?}"
                    );
                }
                nodes.on_one(&bob.access_token).await.is_none()
                    && nodes.on_other(&bob.access_token).await.is_none()
            })
            .await;
            for person in [&ana, &bob] {
                Verb::Erase.apply(&nodes.one, &nodes.one.auth, person).await;
            }
        }
    }
}

#[tokio::test]
async fn a_node_that_asks_per_request_refuses_until_sql_is_written_back() {
    let server = RedisServer::start();
    let mut setup = Setup::new(Kind::Postgres);
    setup.redis = Some(SharedRedis::per_request(address_of(&server)));
    let t = setup.start().await; // and no worker: it heals when it is told to
    let (ana, bob) = (
        t.signed_in("ana@example.com").await,
        t.signed_in("bob@example.com").await,
    );
    t.logout(&ana.access_token).await.unwrap();
    assert_eq!(refusal(&t, &t.auth, &bob.access_token).await, None);

    server.cli(&["FLUSHALL"]);

    for person in [&ana, &bob] {
        let code = refusal(&t, &t.auth, &person.access_token).await;
        assert_eq!(code, Some(Code::Unavailable), "it cannot be known");
    }
    t.auth.heal().await.unwrap();
    assert_eq!(
        refusal(&t, &t.auth, &ana.access_token).await,
        Some(Code::TokenRevoked)
    );
    assert_eq!(refusal(&t, &t.auth, &bob.access_token).await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn verifiers_that_are_not_ours_find_keys_that_end_with_the_token() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        let (ana, bob) = (
            nodes.one.signed_in("ana@example.com").await,
            nodes.one.signed_in("bob@example.com").await,
        );
        let session = nodes.one.authenticate(&ana.access_token).await.unwrap().session;
        let epoch = nodes.one.authenticate(&bob.access_token).await.unwrap().epoch;

        Verb::LogoutSession.apply(&nodes.one, &nodes.one.auth, &ana).await;
        Verb::SetRoles.apply(&nodes.one, &nodes.one.auth, &bob).await;

        let (blacklist, cut_off) = (
            format!("auth:blacklist:{session}"),
            format!("auth:cutoff:{}", bob.user.id),
        );
        let longest = nodes.one.auth.policy().revocation_ttl().as_millis();
        assert_eq!(nodes.server.cli(&["GET", &blacklist]), "1");
        assert_eq!(nodes.server.cli(&["GET", &cut_off]), (epoch + 1).to_string());
        for key in [&blacklist, &cut_off] {
            let left: u128 = nodes.server.cli(&["PTTL", key]).parse().unwrap();
            assert!(left <= longest && left > longest / 2, "{key} {left}");
        }

        nodes.server.cli(&["FLUSHALL"]);
        wait_until("the keys are back", async || {
            nodes.server.cli(&["GET", &blacklist]) == "1"
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readiness_names_redis_and_what_is_wrong_with_it() {
    let nodes = Nodes::start(SharedRedis::replicated).await;
    let part = async |name| {
        let health = nodes.one.auth.health().await;
        health.parts.into_iter().find(|part| part.name == name).unwrap()
    };
    assert!(nodes.one.auth.health().await.is_ready());
    assert!(part("redis").await.warning.is_none());

    nodes
        .server
        .cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    assert!(part("redis").await.warning.unwrap().contains("noeviction"));
    assert!(nodes.one.auth.health().await.is_ready(), "it still works");

    nodes.proxy.cut();
    wait_until("the node is not ready", async || {
        part("redis").await.latency.is_none() && part("revocations").await.latency.is_none()
    })
    .await;
    assert!(part("database").await.latency.is_some());
}
