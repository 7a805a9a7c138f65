//! Does the time of a failed log-in tell whether the address has an account?
//!
//! Run on a quiet machine, on demand: `cargo run --release -p horizon-auth-testkit --example login_timing`.
//! It logs in with an unknown address and with a wrong password in turn, and
//! compares the two with the Mann-Whitney U test. Timing never decides a test of the suite.

mod timing;

use std::time::Instant;

use horizon_auth_core::domain::policy::Argon2Cost;
use horizon_auth_testkit::{Kind, Setup};

#[tokio::main]
async fn main() {
    let mut setup = Setup::new(Kind::Sqlite);
    setup.hashing.cost = Argon2Cost::LEAN;
    setup.hashing.memory_mib = 64;
    let t = setup.start().await;
    t.signed_in("ana@example.com").await;
    timing::compare(["unknown address", "wrong password"], async |which| {
        let email = ["nobody@example.com", "ana@example.com"][which];
        let started = Instant::now();
        assert!(t.login_with(email, "not the password").await.is_err());
        started.elapsed()
    })
    .await;
}
