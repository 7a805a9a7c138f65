//! The design's properties of password resets.

use std::sync::LazyLock;
use std::time::Duration;

use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::one_time::Purpose;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::error::Code;
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::TestAuth;
use proptest::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

const HOUR: Duration = Duration::from_secs(3600);

/// An address that nobody else in this run uses.
fn somebody(tag: &str) -> String {
    format!("{tag}-{}@example.com", uuid::Uuid::now_v7().simple())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Feature: horizon-auth-npm-package, Property 12: Password Reset Token Generation
    #[test]
    fn a_reset_request_makes_a_token_with_a_uuid_v4_that_lives_for_an_hour(waited in 0_u64..3600, age in 0_u64..7_200_000) {
        RUNTIME.block_on(async {
            static ENGINE: OnceCell<TestAuth> = OnceCell::const_new();
            let t = ENGINE.get_or_init(TestAuth::new).await;
            let email = somebody("p12");
            let ana = t.signed_in(&email).await.user;
            t.request_reset(&email).await.unwrap();
            // The mail may leave later; the token is made then.
            t.clock.advance(Duration::from_secs(waited));
            let created = t.auth.now();
            let token = t.mailed_token(&email, MailKind::ResetPassword).await;

            let (visible, secret) = token.split_once('.').unwrap();
            prop_assert_eq!(uuid::Uuid::parse_str(visible).unwrap().get_version_num(), 4);
            prop_assert_eq!(secret.len(), 43, "256 bits beside the UUID");
            let digest = Secret::<OneTime>::parse(&token).unwrap().digest();
            let mut db = t.database.store.db().await.unwrap();
            let last = Timestamp::from_millis((created + HOUR).millis() - 1);
            let grant = db.find_one_time_grant(&digest, Purpose::ResetPassword, last).await.unwrap();
            prop_assert_eq!(grant.map(|grant| grant.user), Some(ana.id), "an hour, and not less");
            let late = db.find_one_time_grant(&digest, Purpose::ResetPassword, created + HOUR).await.unwrap();
            prop_assert_eq!(late, None, "nor more");
            drop(db);

            t.clock.advance(Duration::from_millis(age));
            let outcome = t.reset_password(&token, "a wholly different password").await;
            prop_assert_eq!(outcome.is_ok(), Duration::from_millis(age) < HOUR);
            Ok(())
        })?;
    }

    /// Feature: horizon-auth-npm-package, Property 13: Password Reset Token Revocation
    #[test]
    fn a_reset_revokes_every_refresh_token_of_the_user_and_nobody_elses(devices in 1_usize..6, refreshes in 0_usize..3) {
        RUNTIME.block_on(async {
            static ENGINE: OnceCell<TestAuth> = OnceCell::const_new();
            let t = ENGINE.get_or_init(TestAuth::new).await;
            let email = somebody("p13");
            let bystander = t.signed_in(&somebody("p13")).await;
            let mut logins = vec![t.signed_in(&email).await];
            for _ in 1..devices {
                let mut login = t.login(&email).await.unwrap();
                for _ in 0..refreshes {
                    login = t.refresh(&login.refresh.secret).await.unwrap();
                }
                logins.push(login);
            }
            let token = t.reset_token(&email).await;

            t.reset_password(&token, "a wholly different password").await.unwrap();

            let ana = &logins[0].user;
            prop_assert_eq!(t.auth.live_sessions(&ana.tenant, ana.id).await.unwrap(), 0);
            for login in &logins {
                prop_assert_eq!(t.refresh(&login.refresh.secret).await.unwrap_err().code(), Code::SessionEnded);
                prop_assert_eq!(t.authenticate(&login.access_token).await.unwrap_err().code(), Code::TokenRevoked);
            }
            prop_assert!(t.refresh(&bystander.refresh.secret).await.is_ok());
            Ok(())
        })?;
    }
}
