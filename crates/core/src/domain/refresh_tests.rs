use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn tenant() -> TenantId {
    TenantId::parse("default").unwrap()
}

fn consumed() -> TokenState {
    let random = [1; 10];
    TokenState {
        session: SessionId::mint(NOW, random),
        tenant: tenant(),
        user: UserId::mint(NOW, random),
        tenant_epoch: 1,
        session_dead: false,
        absolute_expires_at: NOW + Duration::from_secs(1000),
        idle_expires_at: NOW + Duration::from_secs(500),
        consumed_at: Some(NOW),
        consumed_clock: Some(77),
        replay_count: 0,
        retry_tag: Some(RetryTag([3; 32])),
        replay_box: Some(ReplayBox(vec![1])),
        replay_until: Some(NOW + RETRY_WINDOW),
        child: Some(ChildState {
            digest: Digest::from_bytes([9; 32]),
            expires_at: NOW + Duration::from_secs(500),
            consumed: false,
        }),
    }
}

const SILENT: Plea = Plea {
    same_flight: false,
    asked_at: None,
    retry_tag: None,
};

fn strict(state: &TokenState, plea: &Plea, after: Duration) -> Verdict {
    judge(state, &tenant(), plea, NOW + after, Duration::ZERO)
}

#[test]
fn an_immediate_second_use_is_reuse_when_strict_and_a_replay_within_the_grace_of_browsers() {
    let grace = Duration::from_secs(10);
    assert_eq!(strict(&consumed(), &SILENT, Duration::ZERO), Verdict::Reused);
    for (after, verdict) in [
        (0, Verdict::Replay),
        (9_999, Verdict::Replay),
        (10_000, Verdict::Reused),
    ] {
        let now = NOW + Duration::from_millis(after);
        assert_eq!(
            judge(&consumed(), &tenant(), &SILENT, now, grace),
            verdict,
            "{after} ms"
        );
    }
}

#[test]
fn a_request_of_the_same_flight_gets_the_same_child() {
    let here = Plea {
        same_flight: true,
        ..SILENT
    };
    let elsewhere = Plea {
        asked_at: Some(77),
        ..SILENT
    };
    let later = Plea {
        asked_at: Some(78),
        ..SILENT
    };
    assert_eq!(strict(&consumed(), &here, Duration::ZERO), Verdict::Replay);
    assert_eq!(strict(&consumed(), &elsewhere, Duration::ZERO), Verdict::Replay);
    assert_eq!(strict(&consumed(), &later, Duration::ZERO), Verdict::Reused);
}

#[test]
fn the_same_idempotency_key_may_repeat_for_sixty_seconds() {
    let same = Plea {
        retry_tag: Some(RetryTag([3; 32])),
        ..SILENT
    };
    let other = Plea {
        retry_tag: Some(RetryTag([4; 32])),
        ..SILENT
    };
    assert_eq!(
        strict(&consumed(), &same, Duration::from_millis(59_999)),
        Verdict::Replay
    );
    assert_eq!(
        strict(&consumed(), &same, Duration::from_secs(60)),
        Verdict::Reused
    );
    assert_eq!(strict(&consumed(), &other, Duration::ZERO), Verdict::Reused);
    let keyless = TokenState {
        retry_tag: None,
        ..consumed()
    };
    assert_eq!(strict(&keyless, &same, Duration::ZERO), Verdict::Reused);
}

#[test]
fn no_plea_helps_a_grandparent_or_a_token_without_a_box() {
    let all = Plea {
        same_flight: true,
        asked_at: Some(0),
        retry_tag: Some(RetryTag([3; 32])),
    };
    let used_child = ChildState {
        consumed: true,
        ..consumed().child.unwrap()
    };
    let cases = [
        TokenState {
            child: Some(used_child),
            ..consumed()
        },
        TokenState {
            child: None,
            ..consumed()
        },
        TokenState {
            replay_box: None,
            ..consumed()
        },
        TokenState {
            replay_until: Some(NOW),
            ..consumed()
        },
    ];
    for case in cases {
        let verdict = judge(&case, &tenant(), &all, NOW, Duration::from_secs(10));
        assert_eq!(verdict, Verdict::Reused, "{case:?}");
    }
}

#[test]
fn a_dead_session_is_never_found_reused() {
    let revoked = TokenState {
        session_dead: true,
        ..consumed()
    };
    assert_eq!(strict(&revoked, &SILENT, Duration::ZERO), Verdict::SessionEnded);
    assert_eq!(
        strict(&consumed(), &SILENT, Duration::from_secs(1000)),
        Verdict::SessionEnded
    );
}

#[test]
fn an_unused_token_is_expired_or_worth_another_try() {
    let unused = TokenState {
        consumed_at: None,
        child: None,
        ..consumed()
    };
    assert_eq!(
        strict(&unused, &SILENT, Duration::from_secs(500)),
        Verdict::Expired
    );
    assert_eq!(strict(&unused, &SILENT, Duration::from_secs(499)), Verdict::Retry);
}

#[test]
fn a_token_of_another_tenant_is_told_apart_before_anything_else() {
    let other = TenantId::parse("other").unwrap();
    assert_eq!(
        judge(&consumed(), &other, &SILENT, NOW, Duration::ZERO),
        Verdict::OtherTenant
    );
}

#[test]
fn the_eleventh_late_replay_is_reuse_but_a_flight_may_be_of_any_size() {
    let tired = TokenState {
        replay_count: MAX_REPLAYS,
        ..consumed()
    };
    let retry = Plea {
        retry_tag: Some(RetryTag([3; 32])),
        ..SILENT
    };
    assert_eq!(strict(&tired, &retry, Duration::ZERO), Verdict::Reused);
    assert_eq!(
        judge(&tired, &tenant(), &SILENT, NOW, Duration::from_secs(10)),
        Verdict::Reused
    );
    let flight = Plea {
        same_flight: true,
        ..SILENT
    };
    assert_eq!(strict(&tired, &flight, Duration::ZERO), Verdict::Replay);
}
