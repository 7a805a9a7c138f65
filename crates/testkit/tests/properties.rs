//! The design's correctness properties that need an engine. At least 100 cases each.

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{Method, StatusCode};
use horizon_auth_core::domain::token::Digest;
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::{LogoutScope, SetPasswordCommand};
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::{TestApp, TestAuth};
use proptest::prelude::*;
use serde_json::json;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A local part nobody else in this run uses.
fn somebody(tag: &str) -> String {
    format!("{tag}-{}@example.com", uuid::Uuid::now_v7().simple())
}

/// How access tokens can die before they expire.
#[derive(Clone, Copy, Debug)]
enum Death {
    LogoutEverywhere,
    LogoutSession,
    EndByCookie,
    Reuse,
    PasswordChange,
}

fn deaths() -> impl Strategy<Value = Death> {
    prop_oneof![
        Just(Death::LogoutEverywhere),
        Just(Death::LogoutSession),
        Just(Death::EndByCookie),
        Just(Death::Reuse),
        Just(Death::PasswordChange),
    ]
}

proptest! {
    #![proptest_config(cases())]

    /// Feature: horizon-auth-npm-package, Property 5: Refresh Token Rotation
    #[test]
    fn a_refresh_gives_a_new_pair_and_marks_the_old_token_used(length in 1_usize..6, pause in 0_u64..86_400) {
        RUNTIME.block_on(async {
            static ENGINE: tokio::sync::OnceCell<TestAuth> = tokio::sync::OnceCell::const_new();
            let t = ENGINE.get_or_init(TestAuth::new).await;
            let mut last = t.signed_in(&somebody("p5")).await;
            for _ in 0..length {
                t.clock.advance(Duration::from_secs(pause));
                let next = t.refresh(&last.refresh.secret).await.unwrap();
                assert_ne!(next.access_token, last.access_token);
                assert_ne!(next.refresh.secret.digest(), last.refresh.secret.digest());
                let mut db = t.database.store.db().await.unwrap();
                let old = db.find_token_state(&last.refresh.secret.digest()).await.unwrap().unwrap();
                let new = db.find_token_state(&next.refresh.secret.digest()).await.unwrap().unwrap();
                assert!(old.consumed_at.is_some() && new.consumed_at.is_none());
                last = next;
            }
        });
    }

    /// Feature: horizon-auth-npm-package, Property 6: Refresh Token Storage Security
    #[test]
    fn the_database_holds_the_sha_256_of_a_refresh_token_and_never_the_token(refreshes in 0_usize..4) {
        RUNTIME.block_on(async {
            static ENGINE: tokio::sync::OnceCell<TestAuth> = tokio::sync::OnceCell::const_new();
            let t = ENGINE.get_or_init(TestAuth::new).await;
            let mut last = t.signed_in(&somebody("p6")).await;
            for _ in 0..refreshes {
                last = t.refresh(&last.refresh.secret).await.unwrap();
            }
            let text = last.refresh.secret.reveal();
            let mut sha256 = [0; 32];
            sha256.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
            let mut db = t.database.store.db().await.unwrap();
            assert!(db.find_token_state(&Digest::from_bytes(sha256)).await.unwrap().is_some());
            let file = t.database.url.strip_prefix("sqlite:").unwrap();
            for name in [file.to_owned(), format!("{file}-wal")] {
                let bytes = std::fs::read(name).unwrap();
                assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()));
            }
        });
    }

    /// Feature: horizon-auth-npm-package, Property 7: Refresh Token Parent Tracking
    #[test]
    fn a_rotated_token_names_its_parent(length in 1_usize..5) {
        RUNTIME.block_on(async {
            static ENGINE: tokio::sync::OnceCell<TestAuth> = tokio::sync::OnceCell::const_new();
            let t = ENGINE.get_or_init(TestAuth::new).await;
            let mut last = t.signed_in(&somebody("p7")).await;
            for _ in 0..length {
                let next = t.refresh(&last.refresh.secret).await.unwrap();
                let mut db = t.database.store.db().await.unwrap();
                // The child is found by the parent's digest in its column `parent_digest`.
                let parent = db.find_token_state(&last.refresh.secret.digest()).await.unwrap().unwrap();
                assert_eq!(parent.child.unwrap().digest, next.refresh.secret.digest());
                last = next;
            }
        });
    }

    /// Feature: horizon-auth-npm-package, Property 8: Token Blacklist Enforcement
    #[test]
    fn a_revoked_token_is_always_refused_also_after_a_restart(death in deaths(), tries in 1_usize..4) {
        RUNTIME.block_on(async {
            static ENGINE: tokio::sync::OnceCell<TestAuth> = tokio::sync::OnceCell::const_new();
            let t = ENGINE.get_or_init(TestAuth::new).await;
            let email = somebody("p8");
            let victim = t.signed_in(&email).await;
            t.authenticate(&victim.access_token).await.unwrap();
            kill(t, &victim, death).await;
            let restarted = t.restarted().await;
            let (tenant, client) = (&victim.user.tenant, &t.client());
            for _ in 0..tries {
                let here = t.authenticate(&victim.access_token).await;
                let cmd = horizon_auth_core::flows::AuthenticateCommand {
                    token: &victim.access_token,
                    tenant,
                    client,
                };
                let there = restarted.authenticate(cmd).await;
                assert_eq!(here.unwrap_err().code(), Code::TokenRevoked);
                assert_eq!(there.unwrap_err().code(), Code::TokenRevoked);
                t.clock.advance(Duration::from_secs(60));
            }
        });
    }

    /// Feature: horizon-auth-npm-package, Property 10: User Registration Validation
    #[test]
    fn an_invalid_address_or_a_short_password_registers_nobody(
        (email, password) in prop_oneof![
            ("[^@]{0,40}", "[ -~]{8,40}"),
            ("[a-z]{1,10}@[a-z]{1,10}\\.[a-z]{2,5}", "\\PC{0,7}"),
            ("[^@]{0,20}", "\\PC{0,7}"),
        ]
    ) {
        RUNTIME.block_on(async {
            static APP: tokio::sync::OnceCell<TestApp> = tokio::sync::OnceCell::const_new();
            let app = APP.get_or_init(|| async { TestApp::new(TestAuth::new().await) }).await;
            let answer = app.post("/auth/register", json!({ "email": email, "password": password })).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
            assert_eq!(answer.code(), "invalid_input");
            assert!(answer.json()["message"].as_array().is_some_and(|messages| !messages.is_empty()));
            assert_eq!(app.engine.database.number("SELECT COUNT(*) FROM users").await, 0);
        });
    }

    /// Feature: horizon-auth-npm-package, Property 11: User Creation Defaults
    #[test]
    fn a_new_user_is_unverified_in_the_default_tenant_with_the_role_user_and_a_verification_token(
        local in "[a-z][a-z0-9.+_-]{0,20}[a-z0-9]"
    ) {
        prop_assume!(!local.contains(".."));
        RUNTIME.block_on(async {
            static APP: tokio::sync::OnceCell<TestApp> = tokio::sync::OnceCell::const_new();
            let app = APP.get_or_init(|| async { TestApp::new(TestAuth::new().await) }).await;
            let t = &app.engine;
            let email = format!("{local}@{}.example.com", uuid::Uuid::now_v7().simple());
            let answer = app.register(&email).await;
            let user = &answer.json()["user"];
            assert_eq!(user["emailVerified"], false);
            assert_eq!(user["tenantId"], "default");
            assert_eq!(user["roles"], json!(["user"]));
            let profile = app.bearer(Method::GET, "/auth/profile", &answer.access_token()).await;
            assert_eq!(&profile.json(), user, "what is stored is what was answered");
            let unmailed = "SELECT COUNT(*) FROM users WHERE id NOT IN (SELECT user_id FROM outbox WHERE kind = 'verify_email')";
            assert_eq!(t.database.number(unmailed).await, 0, "every new user is asked to verify");

            let claims = t.authenticate(&answer.access_token()).await.unwrap();
            let token = t.auth.issue_verification(&claims.tenant, claims.id).await.unwrap();
            let (visible, secret) = token.reveal().split_once('.').unwrap();
            assert_eq!(uuid::Uuid::parse_str(visible).unwrap().get_version_num(), 4);
            assert_eq!(secret.len(), 43, "256 bits beside the UUID");
        });
    }

    /// Feature: horizon-auth-npm-package, Property 17: Logout Token Revocation
    #[test]
    fn a_logout_kills_every_refresh_and_access_token_of_the_user(devices in 1_usize..6, refreshes in 0_usize..3) {
        RUNTIME.block_on(async {
            static ENGINE: tokio::sync::OnceCell<TestAuth> = tokio::sync::OnceCell::const_new();
            let t = ENGINE.get_or_init(TestAuth::new).await;
            let email = somebody("p17");
            let mut logins = vec![t.signed_in(&email).await];
            for _ in 1..devices {
                let mut login = t.login(&email).await.unwrap();
                for _ in 0..refreshes {
                    login = t.refresh(&login.refresh.secret).await.unwrap();
                }
                logins.push(login);
            }
            t.logout(&logins[0].access_token).await.unwrap();
            assert_eq!(t.auth.live_sessions(&logins[0].user.tenant, logins[0].user.id).await.unwrap(), 0);
            for login in &logins {
                assert_eq!(t.authenticate(&login.access_token).await.unwrap_err().code(), Code::TokenRevoked);
                assert_eq!(t.refresh(&login.refresh.secret).await.unwrap_err().code(), Code::SessionEnded);
            }
            let again = t.login(&email).await.unwrap();
            assert!(t.authenticate(&again.access_token).await.is_ok(), "a new log-in is not hit");
        });
    }
}

async fn kill(t: &TestAuth, victim: &horizon_auth_core::flows::LoggedIn, death: Death) {
    match death {
        Death::LogoutEverywhere => t.logout(&victim.access_token).await.unwrap(),
        Death::LogoutSession => t
            .logout_scope(&victim.access_token, LogoutScope::Session)
            .await
            .unwrap(),
        Death::EndByCookie => t.end_session(&victim.refresh.secret).await.unwrap(),
        Death::Reuse => {
            t.refresh(&victim.refresh.secret).await.unwrap();
            assert_eq!(
                t.refresh(&victim.refresh.secret).await.unwrap_err().code(),
                Code::RefreshReused
            );
        }
        Death::PasswordChange => {
            let password = horizon_auth_core::domain::password::Password::new("another password").unwrap();
            let (tenant, user) = (victim.user.tenant.clone(), victim.user.id);
            t.auth
                .set_password(SetPasswordCommand {
                    tenant,
                    user,
                    password,
                    client: t.client(),
                })
                .await
                .unwrap();
        }
    }
}
