//! Does the time of a registration tell whether the address has an account, where answers do not?
//!
//! Run on a quiet machine, on demand: `cargo run --release -p horizon-auth-testkit --example register_timing`.
//! With `enumeration = "private"` it registers a known and an unknown address in turn, and compares
//! the two with the Mann-Whitney U test. Timing never decides a test of the suite.

mod timing;

use std::cell::Cell;
use std::time::Instant;

use horizon_auth_core::domain::policy::{Argon2Cost, Enumeration};
use horizon_auth_testkit::{Kind, Setup};

#[tokio::main]
async fn main() {
    let mut setup = Setup::new(Kind::Sqlite).policy(|policy| policy.enumeration = Enumeration::Private);
    setup.hashing.cost = Argon2Cost::LEAN;
    setup.hashing.memory_mib = 64;
    let t = setup.start().await;
    t.register("ana@example.com")
        .await
        .expect("the first registration is taken");
    let number = Cell::new(0);
    timing::compare(["unknown address", "known address"], async |which| {
        number.set(number.get() + 1);
        let fresh = format!("u{}@example.com", number.get());
        let email = [fresh.as_str(), "ana@example.com"][which];
        let started = Instant::now();
        t.register(email).await.expect("the registration is taken");
        let elapsed = started.elapsed();
        // What the worker does is not part of the answer.
        t.deliver_all().await;
        elapsed
    })
    .await;
}
