use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::tenant::TenantId;
use proptest::prelude::*;

use super::*;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const RATE: Rate = Rate::per_seconds(3, 60);
const NETWORK: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// The outcome of a future that never waits, as memory never does.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("memory never waits"),
    }
}

fn home() -> TenantId {
    TenantId::parse("home").unwrap()
}

fn ana() -> Email {
    Email::parse("ana@example.com").unwrap()
}

fn at(millis: u64) -> Timestamp {
    START + Duration::from_millis(millis)
}

/// Callers remembered, and their places in the order.
fn sizes(limiter: &MemoryLimiter) -> (usize, usize) {
    let windows = limiter.lock();
    (windows.by_key.len(), windows.order.len())
}

fn hit(limiter: &MemoryLimiter, rate: Rate, now: Timestamp) -> Option<Duration> {
    ready(limiter.hit(Rule::Login, Counted::Network(&home(), NETWORK), rate, now)).unwrap()
}

fn hit_with_delay(limiter: &MemoryLimiter, rate: Rate, now: Timestamp) -> Option<Duration> {
    let (home, ana) = (home(), ana());
    ready(limiter.hit(Rule::LoginAccount, Counted::Account(&home, &ana), rate, now)).unwrap()
}

#[test]
fn a_hit_counts_for_exactly_one_window_length() {
    let limiter = MemoryLimiter::default();
    for millis in [0, 1_000, 2_000] {
        assert_eq!(hit(&limiter, RATE, at(millis)), None);
    }

    assert_eq!(hit(&limiter, RATE, at(59_999)), Some(Duration::from_millis(1)));
    assert_eq!(hit(&limiter, RATE, at(60_000)), None, "the first has left");
    assert_eq!(
        hit(&limiter, RATE, at(60_000)),
        Some(Duration::from_secs(1)),
        "the second has not"
    );
    assert_eq!(hit(&limiter, RATE, at(61_000)), None);
}

#[test]
fn a_refused_attempt_is_not_counted() {
    let limiter = MemoryLimiter::default();
    for _ in 0..3 {
        assert_eq!(hit(&limiter, RATE, at(0)), None);
    }

    for millis in (0..60_000).step_by(100) {
        assert!(hit(&limiter, RATE, at(millis)).is_some(), "{millis}");
    }

    for _ in 0..3 {
        assert_eq!(hit(&limiter, RATE, at(60_000)), None);
    }
}

#[test]
fn a_limit_of_nothing_lets_nobody_in() {
    let limiter = MemoryLimiter::default();

    assert!(hit(&limiter, Rate::per_seconds(0, 60), at(0)).is_some());
    assert!(hit(&limiter, Rate::per_seconds(0, 60), at(600_000)).is_some());
}

#[test]
fn rules_tenants_networks_and_accounts_never_share() {
    let limiter = MemoryLimiter::default();
    let once = Rate::per_seconds(1, 60);
    let tenants = [home(), TenantId::parse("home2").unwrap()];
    let networks: [IpAddr; 3] = [NETWORK, [192, 0, 2, 11].into(), "2001:db8::".parse().unwrap()];
    let emails = [
        ana(),
        Email::parse("ana2@example.com").unwrap(),
        Email::parse("192.0.2.1@example.com").unwrap(),
    ];
    let mut everybody = Vec::new();
    for rule in [Rule::Login, Rule::LoginAccount, Rule::Register, Rule::Refresh] {
        for tenant in &tenants {
            everybody.extend(
                networks
                    .iter()
                    .map(|network| (rule, Counted::Network(tenant, *network))),
            );
            everybody.extend(emails.iter().map(|email| (rule, Counted::Account(tenant, email))));
        }
    }

    for (rule, counted) in &everybody {
        assert_eq!(
            ready(limiter.hit(*rule, *counted, once, at(0))).unwrap(),
            None,
            "{rule:?} {counted:?}"
        );
    }
    for (rule, counted) in &everybody {
        assert!(
            ready(limiter.hit(*rule, *counted, once, at(1)))
                .unwrap()
                .is_some(),
            "{rule:?} {counted:?}"
        );
    }
    assert_eq!(limiter.lock().by_key.len(), everybody.len());
}

#[test]
fn all_spellings_of_an_address_are_one_account() {
    let limiter = MemoryLimiter::default();
    let (home, once) = (home(), Rate::per_seconds(1, 60));
    let spellings = ["Zoë@Example.com", "zoe\u{308}@example.com"].map(|text| Email::parse(text).unwrap());
    let [first, second] = spellings.each_ref().map(|email| Counted::Account(&home, email));

    assert_eq!(
        ready(limiter.hit(Rule::LoginAccount, first, once, at(0))).unwrap(),
        None
    );
    assert!(
        ready(limiter.hit(Rule::LoginAccount, second, once, at(0)))
            .unwrap()
            .is_some()
    );
}

#[test]
fn beyond_the_free_attempts_the_pauses_grow_to_a_minute() {
    let limiter = MemoryLimiter::default();
    let rate = Rate::per_seconds(3, 3600);
    let mut now = at(0);
    for _ in 0..3 {
        assert_eq!(hit_with_delay(&limiter, rate, now), None);
    }

    let mut pauses = Vec::new();
    for _ in 0..9 {
        let pause = hit_with_delay(&limiter, rate, now).expect("a pause");
        assert!(hit_with_delay(&limiter, rate, now + pause - Duration::from_millis(1)).is_some());
        now = now + pause;
        assert_eq!(
            hit_with_delay(&limiter, rate, now),
            None,
            "let through after {pause:?}"
        );
        pauses.push(pause.as_secs());
    }

    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[test]
fn a_success_forgives_what_was_counted_and_nothing_of_others() {
    let limiter = MemoryLimiter::default();
    let (home, ana, bob) = (home(), ana(), Email::parse("bob@example.com").unwrap());
    let (ana, bob) = (Counted::Account(&home, &ana), Counted::Account(&home, &bob));
    let count = |counted| ready(limiter.hit(Rule::LoginAccount, counted, RATE, at(0))).unwrap();
    for counted in [ana, ana, ana, bob, bob, bob] {
        assert_eq!(count(counted), None);
    }

    ready(limiter.forgive(Rule::LoginAccount, ana)).unwrap();
    ready(limiter.forgive(Rule::Refresh, bob)).unwrap();

    assert_eq!(count(ana), None);
    assert!(count(bob).is_some());
}

#[test]
fn forgiving_a_stranger_remembers_nobody() {
    let limiter = MemoryLimiter::default();

    ready(limiter.forgive(Rule::Login, Counted::Network(&home(), NETWORK))).unwrap();

    assert_eq!(sizes(&limiter), (0, 0));
}

#[test]
fn a_flood_of_callers_is_remembered_in_bounded_memory() {
    let limiter = MemoryLimiter::default();
    let (home, once) = (home(), Rate::per_seconds(1, 3600));
    let count = |number: u32| {
        let network = IpAddr::V4(Ipv4Addr::from_bits(number));
        ready(limiter.hit(
            Rule::Login,
            Counted::Network(&home, network),
            once,
            at(number.into()),
        ))
        .unwrap()
    };
    let all = u32::try_from(MemoryLimiter::KEYS).unwrap() + 1_000;

    for number in 0..all {
        assert_eq!(count(number), None);
        assert!(sizes(&limiter).0 <= MemoryLimiter::KEYS);
    }

    assert_eq!(sizes(&limiter), (MemoryLimiter::KEYS, MemoryLimiter::KEYS));
    assert!(count(all - 1).is_some(), "the latest is remembered");
    assert_eq!(count(0), None, "the first was forgotten");
    // A day later all have run empty, and the next caller clears them away.
    let tomorrow = at(u64::from(all) + 24 * 3_600_000);
    assert_eq!(hit(&limiter, RATE, tomorrow), None);
    assert_eq!(sizes(&limiter), (1, 1));
}

#[test]
fn a_caller_forgiven_again_and_again_takes_one_place() {
    let limiter = MemoryLimiter::default();
    let home = home();

    for millis in 0..1_000 {
        assert_eq!(hit(&limiter, RATE, at(millis)), None);
        ready(limiter.forgive(Rule::Login, Counted::Network(&home, NETWORK))).unwrap();
    }

    assert_eq!(sizes(&limiter), (1, 1));
}

#[test]
fn a_clock_set_back_frees_nobody() {
    let limiter = MemoryLimiter::default();
    for _ in 0..3 {
        assert_eq!(hit(&limiter, RATE, at(100_000)), None);
    }

    let wait = hit(&limiter, RATE, at(0)).expect("still refused");

    assert_eq!(wait, Duration::from_secs(160), "honest on the clock as it is now");
    assert!(hit(&limiter, RATE, at(159_999)).is_some());
    assert_eq!(hit(&limiter, RATE, at(160_000)), None);
}

/// The rule, as slowly and plainly as it can be said.
fn allowed(accepted: &[u64], limit: u32, window: u64, now: u64) -> bool {
    accepted.iter().filter(|hit| now - **hit < window).count() < limit as usize
}

fn rate(limit: u32, window: u64) -> Rate {
    Rate {
        limit,
        window: Duration::from_millis(window),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sliding_window_agrees_with_the_rule_and_tells_the_truth(
        limit in 1..6_u32, window in 1..120_u64, steps in prop::collection::vec(0..60_u64, 1..60),
    ) {
        let (limiter, mut accepted, mut now) = (MemoryLimiter::default(), Vec::new(), 0);
        for step in steps {
            now += step;
            let wait = hit(&limiter, rate(limit, window), at(now));
            prop_assert_eq!(wait.is_none(), allowed(&accepted, limit, window, now));
            if let Some(wait) = wait {
                let honest = (1..=window).find(|later| allowed(&accepted, limit, window, now + later)).unwrap();
                prop_assert_eq!(wait, Duration::from_millis(honest), "not a millisecond more or less");
                now += honest;
                prop_assert_eq!(hit(&limiter, rate(limit, window), at(now)), None);
            }
            accepted.push(now);
        }
    }

    #[test]
    fn whoever_waits_out_a_growing_pause_is_let_through(
        free in 1..5_u32, window in 1_000..300_000_u64, steps in prop::collection::vec(0..20_000_u64, 1..60),
    ) {
        let (limiter, mut accepted, mut now) = (MemoryLimiter::default(), Vec::<u64>::new(), 0);
        for step in steps {
            now += step;
            let live = accepted.iter().filter(|hit| now - **hit < window).count();
            let over = u32::try_from(live).unwrap().checked_sub(free);
            let until = over.map_or(0, |over| {
                accepted.last().unwrap() + u64::try_from(account_delay(over + 1).as_millis()).unwrap()
            });
            let wait = hit_with_delay(&limiter, rate(free, window), at(now));
            prop_assert_eq!(wait, (until > now).then(|| Duration::from_millis(until - now)));
            if until > now {
                now = until;
                prop_assert_eq!(hit_with_delay(&limiter, rate(free, window), at(now)), None);
            }
            accepted.push(now);
        }
    }

    #[test]
    fn no_walk_of_the_clock_gives_more_attempts_than_its_latest_time_does(
        limit in 1..5_u32, window in 1..120_u64, times in prop::collection::vec(0..400_u64, 1..80),
    ) {
        let (limiter, mut accepted, mut latest) = (MemoryLimiter::default(), Vec::new(), 0);
        for now in times {
            latest = latest.max(now);
            let wait = hit(&limiter, rate(limit, window), at(now));
            if let Some(wait) = wait {
                prop_assert!(wait > Duration::ZERO);
            } else {
                prop_assert!(allowed(&accepted, limit, window, latest));
                accepted.push(now);
            }
        }
    }

    #[test]
    fn every_caller_remembered_has_one_place_in_the_order(
        steps in prop::collection::vec((0..12_u8, 0..3_u8, 0..50_u64), 1..200),
    ) {
        let (limiter, home, mut now) = (MemoryLimiter::default(), home(), 0);
        for (caller, forgiven, step) in steps {
            now += step;
            let counted = Counted::Network(&home, IpAddr::V4(Ipv4Addr::new(192, 0, 2, caller)));
            if forgiven == 0 {
                ready(limiter.forgive(Rule::Login, counted)).unwrap();
            } else {
                ready(limiter.hit(Rule::Login, counted, rate(2, 100), at(now))).unwrap();
            }
            let windows = limiter.lock();
            prop_assert_eq!(windows.order.len(), windows.by_key.len());
            prop_assert!(windows.order.iter().all(|key| windows.by_key.contains_key(key)));
        }
    }
}
