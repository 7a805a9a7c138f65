//! Does the time of a request for a reset link tell whether the address has an account?
//!
//! Run on a quiet machine, on demand: `cargo run --release -p horizon-auth-testkit --example request_timing`.
//! It asks for a known and for an unknown address in turn, and compares the two with the
//! Mann-Whitney U test. Timing never decides a test of the suite.

mod timing;

use std::time::Instant;

use horizon_auth_testkit::TestAuth;

#[tokio::main]
async fn main() {
    let t = TestAuth::new().await;
    t.signed_in("ana@example.com").await;
    timing::compare(["unknown address", "known address"], async |which| {
        let email = ["nobody@example.com", "ana@example.com"][which];
        let started = Instant::now();
        t.request_reset(email).await.expect("the request is taken");
        let elapsed = started.elapsed();
        // What the worker does is not part of the answer.
        t.deliver_all().await;
        elapsed
    })
    .await;
}
