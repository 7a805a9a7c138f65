//! Argon2: how fast this machine hashes as configured, and what it could afford.

use std::time::Duration;

use horizon_auth::config::Config;
use horizon_auth::doctor::HashTrial;

use super::finding::{Finding, millis};

/// Of 20 log-ins, 19 should wait no longer for their hash.
const TARGET: Duration = Duration::from_millis(500);
/// Below this, more would cost nobody anything.
const CHEAP: Duration = Duration::from_millis(60);
/// From the strongest down: memory in KiB and passes, none below OWASP's minimum.
const LADDER: [(u32, u32); 8] = [
    (262_144, 3),
    (131_072, 3),
    (65_536, 4),
    (65_536, 3),
    (65_536, 2),
    (47_104, 1),
    (19_456, 2),
    (12_288, 3),
];

/// Speed, if it was measured, and memory.
pub(super) fn judge(
    config: &Config,
    trial: Option<&Result<HashTrial, String>>,
    limit: Option<u64>,
) -> Vec<Finding> {
    const CHECK: &str = "argon2.speed";
    let hashing = &config.hashing;
    vec![
        match trial {
            None => Finding::not_applicable(CHECK, "not measured: --quick was given"),
            Some(Err(why)) => Finding::failed(CHECK, why.clone(), "correct the section [hashing]"),
            Some(Ok(trial)) => speed(trial),
        },
        memory(
            u64::from(hashing.memory_mib),
            u64::from(hashing.cost.memory_kib),
            limit,
        ),
    ]
}

fn speed(trial: &HashTrial) -> Finding {
    const CHECK: &str = "argon2.speed";
    let cost = &trial.cost;
    let rate = f64::from(trial.done) / trial.within.as_secs_f64();
    let seen = format!(
        "{rate:.1} log-ins/s at {} side by side, p95 {}, {} alone (memory_kib {}, passes {}, lanes {})",
        trial.parallel,
        millis(trial.p95),
        millis(trial.alone),
        cost.memory_kib,
        cost.passes,
        cost.lanes
    );
    let fits = affordable(trial);
    if trial.p95 > TARGET {
        let fix = match fits {
            Some((memory, passes)) => format!(
                "hashing.memory_kib = {memory} and passes = {passes} stay below {} here; or use more or faster cores",
                millis(TARGET)
            ),
            None => "no safe setting is faster than that here: use more or faster cores".to_owned(),
        };
        // On a machine with nothing else to do, those side by side hardly slow each other down.
        let fix = if trial.p95 > trial.alone * 2 {
            format!(
                "measure again when the machine is idle, or lower hashing.max_parallel to its cores; otherwise {fix}"
            )
        } else {
            fix
        };
        return Finding::warning(CHECK, seen, fix);
    }
    let work = |(memory, passes): (u32, u32)| u64::from(memory) * u64::from(passes);
    match fits {
        Some(stronger) if trial.p95 < CHEAP && work(stronger) > work((cost.memory_kib, cost.passes)) => {
            Finding::ok(
                CHECK,
                format!(
                    "{seen}; memory_kib = {} and passes = {} would stay below {} too",
                    stronger.0,
                    stronger.1,
                    millis(TARGET)
                ),
            )
        }
        Some(_) | None => Finding::ok(CHECK, seen),
    }
}

/// The strongest setting that meets the target: the time goes with memory times passes.
fn affordable(trial: &HashTrial) -> Option<(u32, u32)> {
    let measured = f64::from(trial.cost.memory_kib) * f64::from(trial.cost.passes);
    let per_unit = trial.p95.as_secs_f64() / measured.max(1.0);
    LADDER
        .into_iter()
        .find(|&(memory, passes)| f64::from(memory) * f64::from(passes) * per_unit <= TARGET.as_secs_f64())
}

/// `budget` in MiB, `each` in KiB, `limit` in bytes.
fn memory(budget: u64, each: u64, limit: Option<u64>) -> Finding {
    const CHECK: &str = "argon2.memory";
    let at_once = (budget * 1024 / each.max(1)).max(1);
    let seen = format!("the budget is {budget} MiB, room for {at_once} hashes at once");
    let Some(limit) = limit.map(|bytes| bytes / (1024 * 1024)) else {
        return Finding::ok(
            CHECK,
            format!("{seen}; how much memory there is, this system does not tell"),
        );
    };
    let seen = format!("{seen}; the machine or container has {limit} MiB");
    let fix = "lower hashing.memory_budget_mib, or give the service more memory";
    if budget >= limit {
        Finding::failed(CHECK, format!("{seen}: log-ins would end the process"), fix)
    } else if budget > limit / 10 * 7 {
        Finding::warning(CHECK, seen, fix)
    } else {
        Finding::ok(CHECK, seen)
    }
}

#[cfg(test)]
#[path = "hashing_tests.rs"]
mod tests;
