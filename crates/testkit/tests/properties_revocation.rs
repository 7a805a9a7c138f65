//! The design's property of the blacklist, on the table that is the truth about it.

use std::sync::LazyLock;
use std::time::Duration;

use horizon_auth_core::domain::policy::Policy;
use horizon_auth_core::domain::revocation::Revoked;
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::LogoutScope;
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::{Kind, Setup, TestAuth};
use proptest::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static ENGINE: OnceCell<TestAuth> = OnceCell::const_new();

const LEEWAY: Duration = Duration::from_secs(20);

async fn engine() -> TestAuth {
    Setup::new(Kind::Sqlite)
        .policy(|policy| policy.leeway = LEEWAY)
        .start()
        .await
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Feature: horizon-auth-npm-package, Property 9: Blacklist TTL Configuration
    #[test]
    fn a_denied_token_stays_denied_as_long_as_any_node_could_accept_it(age in 0_u64..900, everywhere: bool) {
        RUNTIME.block_on(async {
            let t = ENGINE.get_or_init(engine).await;
            let email = format!("p9-{}@example.com", uuid::Uuid::now_v7().simple());
            let ana = t.signed_in(&email).await;
            let claims = t.authenticate(&ana.access_token).await.unwrap();
            t.clock.advance(Duration::from_secs(age));
            let denied_at = t.auth.now();
            let scope = if everywhere { LogoutScope::All } else { LogoutScope::Session };
            t.logout_scope(&ana.access_token, scope).await.unwrap();

            let entries = t.database.store.db().await.unwrap().list_revocations(denied_at).await.unwrap();
            let entry = entries.iter().find(|entry| match entry.what {
                Revoked::Session(session) => session == ana.session,
                Revoked::User { user, .. } => user == ana.user.id,
                Revoked::Token(_) | Revoked::Tenant { .. } | Revoked::Key(_) => false,
            });
            let end = entry.expect("the revocation is stored").expires_at;
            let last_token = denied_at + t.auth.policy().access_ttl;
            prop_assert_eq!(end, last_token + LEEWAY + Policy::CLOCK_SKEW, "not longer than needed");
            prop_assert!(claims.exp * 1000 <= last_token.millis(), "and never shorter than the token");
            prop_assert_eq!(t.authenticate(&ana.access_token).await.unwrap_err().code(), Code::TokenRevoked);
            Ok(())
        })?;
    }
}
