//! A panic behind a route is an answer like any other, and only of its own request.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::Request;
use horizon_auth_adapters::cache::memory::MemoryDenylist;
use horizon_auth_adapters::mail::MuteMailer;
use horizon_auth_adapters::system::{SystemClock, SystemEntropy};
use horizon_auth_core::auth::{Auth, Parts};
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::crypto::keyring::{KeyRing, SigningKey};
use horizon_auth_core::crypto::password_hasher::PasswordHasher;
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::limits::{Counted, Limits, Rate, Rule};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::error::Code;
use horizon_auth_core::ports::cache::{CacheError, Limiter};
use horizon_auth_testkit::{Kind, PlainWords, Setup, TestApp};

use crate::support::{ANA, assert_problem, bare, login};

/// A broken adapter: our own code has no panic to offer.
#[derive(Debug)]
struct Broken;

#[async_trait]
impl Limiter for Broken {
    async fn hit(
        &self,
        _: Rule,
        _: Counted<'_>,
        _: Rate,
        _: Timestamp,
    ) -> Result<Option<Duration>, CacheError> {
        panic!("secret-in-a-panic");
    }

    async fn forgive(&self, _: Rule, _: Counted<'_>) -> Result<(), CacheError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_panic_is_500_with_the_body_and_headers_of_every_error() {
    let setup = Setup::new(Kind::Sqlite).policy(|policy| policy.limits = Limits::default());
    let (policy, hashing) = (setup.policy.clone(), setup.hashing);
    let mut engine = setup.start().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let key = SigningKey::from_pem(&key.private_pem).unwrap();
    engine.auth = Auth::from_parts(Parts {
        store: Arc::new(engine.database.another_store()),
        denylist: Arc::new(MemoryDenylist::default()),
        limiter: Arc::new(Broken),
        cache: None,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        mailer: Arc::new(MuteMailer),
        templates: Arc::new(PlainWords),
        breaches: None,
        hasher: PasswordHasher::new(hashing, Arc::new(SystemEntropy)).unwrap(),
        tokens: AccessTokens::new(
            KeyRing::new(Some(key), Vec::new()).unwrap(),
            policy.issuer.clone(),
            policy.audience.clone(),
            policy.leeway,
        ),
        policy,
    });
    let app = TestApp::new(engine);
    for _ in 0..2 {
        let answer = login(&app, ANA).await;
        assert_problem(&answer, Code::Internal, "/auth/login");
        assert!(!answer.text.contains("secret-in-a-panic"));
    }
    assert_eq!(bare(&app, Request::get("/health/live")).await.status, 200);
}
