//! Clocks: tokens, sessions and revocations end by them.

use std::time::Duration;

use horizon_auth::doctor::{CLOCK_SKEW, ClockFacts};
use horizon_auth::operator::Timestamp;

use super::finding::Finding;

/// Worth a look long before it does harm.
const NOTICEABLE: Duration = Duration::from_secs(2);
const FIX: &str = "run a time service (chrony, systemd-timesyncd) on both machines";
/// No clock that works shows a day before this program was written, or after all its keys are dust.
const EARLIEST: &str = "2026-01-01T00:00:00Z";
const LATEST: &str = "2100-01-01T00:00:00Z";

/// The time of day of this machine, and the newest event that any node has written.
pub(super) fn judge_own(now: Timestamp, newest_event: Option<Timestamp>) -> Vec<Finding> {
    let is_plausible = Timestamp::parse(EARLIEST).is_none_or(|earliest| now >= earliest)
        && Timestamp::parse(LATEST).is_none_or(|latest| now < latest);
    let mut findings = vec![if is_plausible {
        Finding::ok("clocks.plausible", now.to_string())
    } else {
        Finding::failed(
            "clocks.plausible",
            format!("this machine believes it is {now}"),
            FIX,
        )
    }];
    if let Some(newest) = newest_event {
        let ahead = newest.since(now);
        findings.push(if ahead > NOTICEABLE {
            Finding::warning(
                "clocks.events",
                format!(
                    "the newest event of the trail is {} s in the future",
                    ahead.as_secs()
                ),
                "a clock ran ahead, or this one is behind: compare the clocks of all nodes",
            )
        } else {
            Finding::ok("clocks.events", format!("the newest event is of {newest}"))
        });
    }
    findings
}

/// This machine's clock against another one.
pub(super) fn judge(check: &'static str, other: &str, clock: Option<&ClockFacts>) -> Finding {
    let Some(clock) = clock else {
        return Finding::not_applicable(check, format!("there is no clock of {other} to compare with"));
    };
    let apart = Duration::from_millis(clock.ahead_millis.unsigned_abs());
    // What the round trip may account for is no difference.
    let surely = apart.saturating_sub(clock.uncertainty);
    let order = if clock.ahead_millis < 0 { "behind" } else { "ahead" };
    let seen = format!("{other} is {} ms {order}", apart.as_millis());
    if surely > CLOCK_SKEW {
        let limit = CLOCK_SKEW.as_secs();
        Finding::failed(
            check,
            format!("{seen}, more than the {limit} s that are allowed for"),
            FIX,
        )
    } else if surely > NOTICEABLE {
        Finding::warning(check, seen, FIX)
    } else {
        Finding::ok(check, seen)
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn clocks_may_differ_by_a_little() {
        for (ahead_millis, trip, state) in [
            (0, 1, State::Ok),
            (-1_900, 1, State::Ok),
            (2_500, 1, State::Warning),
            (2_500, 1_000, State::Ok),
            (-59_000, 1, State::Warning),
            (61_000, 1, State::Failed),
            (-61_000, 1, State::Failed),
        ] {
            let clock = ClockFacts {
                ahead_millis,
                uncertainty: Duration::from_millis(trip),
            };
            let found = judge("clocks.database", "the database", Some(&clock));
            assert_eq!(found.state, state, "{found:?}");
        }
        assert_eq!(judge("clocks.redis", "Redis", None).state, State::NotApplicable);
    }

    #[test]
    fn a_clock_that_was_never_set_is_seen_and_so_is_an_event_from_the_future() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let states = |now: &str, newest: Option<&str>| -> Vec<State> {
            let found = judge_own(at(now), newest.map(at));
            found.iter().map(|finding| finding.state).collect()
        };
        assert_eq!(states("1970-01-01T00:01:00Z", None), [State::Failed]);
        let now = "2027-01-01T00:00:00Z";
        assert_eq!(states(now, Some("2026-12-31T00:00:00Z")), [State::Ok, State::Ok]);
        assert_eq!(
            states(now, Some("2027-01-01T00:00:09Z")),
            [State::Ok, State::Warning]
        );
    }
}
