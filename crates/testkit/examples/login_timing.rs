//! Does the time of a failed log-in tell whether the address has an account?
//!
//! Run on a quiet machine, on demand: `cargo run --release -p horizon-auth-testkit --example login_timing`.
//! It logs in with an unknown address and with a wrong password in turn, and
//! compares the two with the Mann-Whitney U test. Timing never decides a test of the suite.

use std::time::{Duration, Instant};

use horizon_auth_core::domain::policy::Argon2Cost;
use horizon_auth_testkit::{Kind, Setup};

const ROUNDS: usize = 400;
/// Two-sided, at the one-in-a-thousand level.
const CRITICAL_Z: f64 = 3.29;

#[tokio::main]
async fn main() {
    let mut setup = Setup::new(Kind::Sqlite);
    setup.hashing.cost = Argon2Cost::LEAN;
    setup.hashing.memory_mib = 64;
    let t = setup.start().await;
    t.signed_in("ana@example.com").await;
    let (mut unknown, mut wrong) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Alternating order, so that neither always profits from the other's warm caches.
        for turn in 0..2 {
            if (round + turn) % 2 == 0 {
                unknown.push(time(&t, "nobody@example.com").await);
            } else {
                wrong.push(time(&t, "ana@example.com").await);
            }
        }
    }
    let z = mann_whitney_z(&unknown, &wrong);
    println!("unknown address: median {:?}", median(&mut unknown));
    println!("wrong password:  median {:?}", median(&mut wrong));
    let verdict = if z.abs() < CRITICAL_Z {
        "no difference can be seen"
    } else {
        "they can be told apart"
    };
    println!("z = {z:.2} over {ROUNDS} rounds (|z| < {CRITICAL_Z}): {verdict}");
}

async fn time(t: &horizon_auth_testkit::TestAuth, email: &str) -> Duration {
    let started = Instant::now();
    assert!(t.login_with(email, "not the password").await.is_err());
    started.elapsed()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Normal approximation; ties are too rare with nanoseconds to matter.
#[expect(clippy::cast_precision_loss, reason = "hundreds of samples")]
fn mann_whitney_z(a: &[Duration], b: &[Duration]) -> f64 {
    let wins = a
        .iter()
        .flat_map(|x| b.iter().map(move |y| x > y))
        .filter(|won| *won)
        .count() as f64;
    let (n, m) = (a.len() as f64, b.len() as f64);
    (wins - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}
