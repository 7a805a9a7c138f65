use super::super::finding::State;
use super::*;

/// A machine on which one hash of the default cost takes so many milliseconds.
fn trial(p95: u64) -> HashTrial {
    let config = Config::from_toml("[database]\nurl = \"sqlite:a\"\n").unwrap();
    HashTrial {
        cost: config.hashing.cost,
        parallel: 4,
        alone: Duration::from_millis(p95),
        p95: Duration::from_millis(p95),
        done: 40,
        within: Duration::from_secs(2),
    }
}

#[test]
fn the_speed_is_told_in_log_ins_a_second() {
    let found = speed(&trial(200));
    assert_eq!(found.state, State::Ok);
    assert!(
        found
            .seen
            .starts_with("20.0 log-ins/s at 4 side by side, p95 200.0 ms"),
        "{found:?}"
    );
}

#[test]
fn a_slow_machine_is_told_what_it_can_afford() {
    let found = speed(&trial(700));
    assert_eq!(found.state, State::Warning);
    let fix = found.fix.unwrap();
    assert!(fix.contains("memory_kib = 65536 and passes = 2"), "{fix}");
    let fix = speed(&trial(60_000)).fix.unwrap();
    assert!(fix.starts_with("no safe setting"), "{fix}");
}

#[test]
fn a_busy_machine_is_not_taken_for_a_slow_one() {
    let busy = HashTrial {
        alone: Duration::from_millis(200),
        ..trial(700)
    };
    let fix = speed(&busy).fix.unwrap();
    assert!(fix.starts_with("measure again when the machine is idle"), "{fix}");
}

#[test]
fn a_fast_machine_is_told_that_it_could_do_more() {
    let found = speed(&trial(40));
    assert_eq!(found.state, State::Ok);
    assert!(found.seen.contains("memory_kib = 262144"), "{found:?}");
}

#[test]
fn nothing_weaker_than_the_minimum_is_proposed() {
    for (memory, passes) in LADDER {
        let text = format!(
            "[database]\nurl = \"sqlite:a\"\n[hashing]\nmemory_kib = {memory}\npasses = {passes}\nmemory_budget_mib = 512\n"
        );
        assert!(Config::from_toml(&text).is_ok(), "{memory}/{passes}");
    }
}

#[test]
fn the_budget_must_fit_into_the_memory_there_is() {
    let mib = 1024 * 1024;
    for (limit, state) in [
        (Some(4096 * mib), State::Ok),
        (Some(600 * mib), State::Warning),
        (Some(512 * mib), State::Failed),
        (None, State::Ok),
    ] {
        assert_eq!(memory(512, 65_536, limit).state, state, "{limit:?}");
    }
}
