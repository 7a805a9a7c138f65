//! Tenants at the engine: what races with their end, and what their tokens say.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{
    AuthenticateCommand, LoggedIn, LoginCommand, RefreshCommand, RegisterCommand, Registered,
};
use horizon_auth_testkit::{TestAuth, both_engines};
use proptest::prelude::*;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const PASSWORD: &str = "correct horse battery staple";
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Makes a tenant that is there only once.
async fn made(t: &TestAuth, name: &str) -> TenantId {
    let tenant = TenantId::parse(name).unwrap();
    assert!(t.auth.create_tenant(&tenant, &t.client()).await.unwrap());
    tenant
}

async fn register(t: &TestAuth, tenant: &TenantId, email: &str) -> Result<LoggedIn, Error> {
    let cmd = RegisterCommand {
        tenant: tenant.clone(),
        email: Email::parse(email).unwrap(),
        password: Password::new(PASSWORD).unwrap(),
        full_name: None,
        locale: None,
        client: t.client(),
    };
    match t.auth.register(cmd).await? {
        Registered::LoggedIn(logged_in) => Ok(*logged_in),
        Registered::VerificationRequired(_) => panic!("nobody asked for proof of the address"),
    }
}

async fn login(t: &TestAuth, tenant: &TenantId, email: &str) -> Result<LoggedIn, Error> {
    let cmd = LoginCommand {
        tenant: tenant.clone(),
        email: Email::parse(email).unwrap(),
        password: Password::offered(PASSWORD).unwrap(),
        client: t.client(),
    };
    t.auth.login(cmd).await
}

async fn refresh(t: &TestAuth, before: &LoggedIn) -> Result<LoggedIn, Error> {
    let cmd = RefreshCommand {
        tenant: before.user.tenant.clone(),
        token: before.refresh.secret.clone(),
        idempotency_key: None,
        client: t.client(),
    };
    t.auth.refresh(cmd).await.map(|refreshed| refreshed.logged_in)
}

async fn verified(t: &TestAuth, held: &LoggedIn) -> Result<(), Code> {
    let cmd = AuthenticateCommand {
        token: &held.access_token,
        tenant: &held.user.tenant,
        client: &t.client(),
    };
    t.auth
        .authenticate(cmd)
        .await
        .map(drop)
        .map_err(|error| error.code())
}

both_engines! {
    a_tenant_disabled_against_log_ins_refreshes_and_registrations_leaves_nothing_alive => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..30 {
            let tenant = made(&t, &format!("acme-{round}")).await;
            let first = register(&t, &tenant, "ana@example.com").await.unwrap();
            let gate = Arc::new(tokio::sync::Barrier::new(13));
            let mut tasks = JoinSet::new();
            for number in 0..13 {
                let (t, tenant, first, gate) = (Arc::clone(&t), tenant.clone(), first.clone(), Arc::clone(&gate));
                tasks.spawn(async move {
                    gate.wait().await;
                    match number {
                        6 => {
                            t.auth.disable_tenant(&tenant, &t.client()).await.unwrap();
                            None
                        }
                        // Won or lost: what matters is what is alive afterwards.
                        0..4 => login(&t, &tenant, "ana@example.com").await.ok(),
                        4..9 => refresh(&t, &first).await.ok(),
                        _ => register(&t, &tenant, &format!("bob{number}@example.com")).await.ok(),
                    }
                });
            }
            let survivors: Vec<LoggedIn> = tasks.join_all().await.into_iter().flatten().chain([first]).collect();
            let dead = async |when: &str| {
                for held in &survivors {
                    assert_eq!(verified(&t, held).await, Err(Code::TokenRevoked), "{when} in round {round}");
                    assert!(refresh(&t, held).await.is_err(), "{when} in round {round}");
                    let alive = t.auth.live_sessions(&tenant, held.user.id).await.unwrap();
                    assert_eq!(alive, 0, "{when} in round {round}");
                }
            };
            dead("disabled").await;
            assert_eq!(login(&t, &tenant, "ana@example.com").await.unwrap_err().code(), Code::InvalidCredentials);
            assert!(t.auth.enable_tenant(&tenant, &t.client()).await.unwrap());
            dead("enabled again").await;
            let back = login(&t, &tenant, "ana@example.com").await.unwrap();
            assert_eq!(verified(&t, &back).await, Ok(()));
        }
    };

    a_burst_of_refreshes_that_a_tenant_is_switched_off_and_on_beside_hands_out_nothing_that_lives => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..30 {
            let tenant = made(&t, &format!("acme-{round}")).await;
            let first = register(&t, &tenant, "ana@example.com").await.unwrap();
            let gate = Arc::new(tokio::sync::Barrier::new(9));
            let mut tasks = JoinSet::new();
            for number in 0..9 {
                let (t, tenant, first, gate) = (Arc::clone(&t), tenant.clone(), first.clone(), Arc::clone(&gate));
                tasks.spawn(async move {
                    gate.wait().await;
                    if number != 4 {
                        return refresh(&t, &first).await.ok();
                    }
                    t.auth.disable_tenant(&tenant, &t.client()).await.unwrap();
                    t.auth.enable_tenant(&tenant, &t.client()).await.unwrap();
                    None
                });
            }
            for held in tasks.join_all().await.into_iter().flatten() {
                assert_eq!(verified(&t, &held).await, Err(Code::TokenRevoked), "round {round}");
                assert!(refresh(&t, &held).await.is_err(), "round {round}");
            }
        }
    };

    two_operators_who_make_one_tenant_make_it_once => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        let mut tasks = JoinSet::new();
        for _ in 0..10 {
            let t = Arc::clone(&t);
            tasks.spawn(async move {
                let tenant = TenantId::parse("acme").unwrap();
                t.auth.create_tenant(&tenant, &t.client()).await.unwrap()
            });
        }
        let made = tasks.join_all().await.into_iter().filter(|made| *made).count();
        assert_eq!(made, 1);
        let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_created'";
        assert_eq!(t.database.number(noted).await, 1);
    };
}

/// The claims of a token as any reader finds them, without our own parser.
fn claims(token: &str) -> serde_json::Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Feature: horizon-auth-npm-package, Property 14: Multi-Tenant Token Claims
    #[test]
    fn every_access_token_names_the_tenant_of_its_user(
        name in "[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?",
        disabled in 0_u8..3,
        by_refresh in any::<bool>(),
    ) {
        RUNTIME.block_on(async {
            static ENGINE: tokio::sync::OnceCell<TestAuth> = tokio::sync::OnceCell::const_new();
            let t = ENGINE.get_or_init(TestAuth::new).await;
            let tenant = TenantId::parse(&name).unwrap();
            t.auth.create_tenant(&tenant, &t.client()).await.unwrap();
            if name != "default" {
                for _ in 0..disabled {
                    t.auth.disable_tenant(&tenant, &t.client()).await.unwrap();
                }
                t.auth.enable_tenant(&tenant, &t.client()).await.unwrap();
            }
            let email = format!("ana-{}@example.com", uuid::Uuid::now_v7().simple());

            let mut held = register(t, &tenant, &email).await.unwrap();
            if by_refresh {
                held = refresh(t, &held).await.unwrap();
            }

            let claims = claims(&held.access_token);
            prop_assert_eq!(claims["tenantId"].as_str(), Some(name.as_str()));
            prop_assert_eq!(verified(t, &held).await, Ok(()));
            Ok(())
        })?;
    }
}
