//! What the timing examples share: measuring two things in turn, and comparing them.

use std::time::Duration;

const ROUNDS: usize = 400;
/// Two-sided, at the one-in-a-thousand level.
const CRITICAL_Z: f64 = 3.29;

/// Measures two things in turn, compares them with the Mann-Whitney U test, and prints what comes of it.
pub(crate) async fn compare(names: [&str; 2], measure: impl AsyncFn(usize) -> Duration) {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        // Alternating order, so that neither always profits from the other's warm caches.
        for turn in 0..2 {
            let which = (round + turn) % 2;
            times[which].push(measure(which).await);
        }
    }
    let [mut first, mut second] = times;
    let z = mann_whitney_z(&first, &second);
    println!("{}: median {:?}", names[0], median(&mut first));
    println!("{}: median {:?}", names[1], median(&mut second));
    let verdict = if z.abs() < CRITICAL_Z {
        "no difference can be seen"
    } else {
        "they can be told apart"
    };
    println!("z = {z:.2} over {ROUNDS} rounds (|z| < {CRITICAL_Z}): {verdict}");
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
