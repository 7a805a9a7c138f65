//! One key after the other, on one node.

use std::time::Duration;

use horizon_auth_core::domain::key_state::{KeyRefusal, KeyState};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_testkit::{Setup, TestApp, both_engines};

use crate::support::{ANA, MOMENT, engine, just_before, kid, pass, published, rotate, signer, states, times};

/// The refusal of an operator's command.
fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> KeyRefusal {
    match outcome.unwrap_err() {
        Error::Keys(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

both_engines! {
    the_configured_key_is_adopted_and_its_private_half_is_stored_sealed => |kind| async move {
        let t = engine(kind).await;
        let token = t.signed_in(ANA).await.access_token;

        assert_eq!(kid(&t, KeyState::Active).await, signer(&token));
        assert_eq!(published(&t.auth), [signer(&token)]);
        let sealed = "SELECT COUNT(*) FROM signing_keys WHERE sealed_private_key IS NOT NULL";
        assert_eq!(t.database.number(sealed).await, 1);
        let again = t.restarted().await;
        assert_eq!(published(&again), [signer(&token)]);
        assert_eq!(states(&t).await.len(), 1);
    };

    a_rotation_passes_through_every_state_and_the_key_set_follows => |kind| async move {
        let t = engine(kind).await;
        let first = t.signed_in(ANA).await;
        let (old, times) = (signer(&first.access_token), times(&t));

        let next = rotate(&t).await.unwrap();
        assert_eq!(next.signs_at, t.auth.now() + times.until_signing);
        assert_eq!(published(&t.auth), [old.clone(), next.kid.clone()], "published at once");

        pass(&t, just_before(times.until_signing)).await;
        let second = t.refresh(&first.refresh.secret).await.unwrap();
        assert_eq!(signer(&second.access_token), old, "too early to sign");

        pass(&t, MOMENT).await;
        let third = t.refresh(&second.refresh.secret).await.unwrap();
        assert_eq!(signer(&third.access_token), next.kid);
        assert_eq!(published(&t.auth), [next.kid.clone(), old.clone()]);
        t.authenticate(&second.access_token).await.unwrap();
        let sealed = "SELECT COUNT(*) FROM signing_keys WHERE sealed_private_key IS NOT NULL";
        assert_eq!(t.database.number(sealed).await, 1, "what signs no more has no private half");

        pass(&t, just_before(times.until_gone)).await;
        assert_eq!(kid(&t, KeyState::Retiring).await, old, "too early to go");
        pass(&t, MOMENT).await;
        assert_eq!(kid(&t, KeyState::Gone).await, old);
        assert_eq!(published(&t.auth), std::slice::from_ref(&next.kid));
        assert_eq!(published(&t.restarted().await), [next.kid], "the configured key is not believed again");
        for (event, count) in [("key_added", 1), ("key_rotated", 1), ("key_retired", 1)] {
            let all = t.database.dump().await;
            assert_eq!(all.matches(event).count(), count, "{event}");
        }
    };

    one_key_waits_at_a_time_and_a_second_rotation_says_until_when => |kind| async move {
        let t = engine(kind).await;
        let next = rotate(&t).await.unwrap();

        let refused = refusal(rotate(&t).await);

        assert_eq!(refused, KeyRefusal::NextExists { kid: next.kid.clone(), signs_at: next.signs_at });
        assert!(refused.to_string().contains(&next.signs_at.to_string()));
        assert_eq!(states(&t).await.len(), 2);
    };

    a_key_is_retired_by_hand_only_when_no_token_of_it_can_live => |kind| async move {
        let t = engine(kind).await;
        let (old, times) = (kid(&t, KeyState::Active).await, times(&t));
        let retire = async |kid: &str| t.auth.retire_key(kid, &t.client()).await;
        assert_eq!(refusal(retire(&old).await), KeyRefusal::Signs { kid: old.clone() });
        rotate(&t).await.unwrap();
        pass(&t, times.until_signing).await;

        let until = t.auth.now() + times.until_gone;
        t.clock.advance(just_before(times.until_gone));
        assert_eq!(refusal(retire(&old).await), KeyRefusal::TokensLive { kid: old.clone(), until });
        t.clock.advance(MOMENT);
        retire(&old).await.unwrap();

        assert_eq!(kid(&t, KeyState::Gone).await, old);
        let state = KeyState::Gone;
        assert_eq!(refusal(retire(&old).await), KeyRefusal::Already { kid: old, state });
        assert!(matches!(refusal(retire("nobody").await), KeyRefusal::Unknown { .. }));
    };

    a_key_that_has_not_signed_yet_can_be_withdrawn => |kind| async move {
        let t = engine(kind).await;
        let next = rotate(&t).await.unwrap();

        t.auth.retire_key(&next.kid, &t.client()).await.unwrap();

        assert_eq!(kid(&t, KeyState::Gone).await, next.kid);
        assert_eq!(published(&t.auth).len(), 1);
        pass(&t, times(&t).until_signing).await;
        assert_ne!(kid(&t, KeyState::Active).await, next.kid);
        rotate(&t).await.unwrap();
    };

    without_a_sealing_key_the_configured_key_signs_and_nothing_changes => |kind| async move {
        let t = Setup::new(kind).start().await;
        let token = t.signed_in(ANA).await.access_token;

        let refused = refusal(rotate(&t).await);

        assert_eq!(refused, KeyRefusal::NoSealingKey);
        assert!(refused.to_string().contains("jwt.sealing_key_file"));
        assert_eq!(states(&t).await, [(signer(&token), KeyState::Known)]);
        pass(&t, Duration::from_secs(1_000_000)).await;
        assert_eq!(published(&t.auth), [signer(&token)]);
    };

    keys_change_by_themselves_where_that_is_wanted => |kind| async move {
        let period = Duration::from_secs(90 * 24 * 3600);
        let setup = Setup::new(kind).sealing();
        let t = setup.policy(|policy| policy.keys.rotation_period = Some(period)).start().await;
        let old = kid(&t, KeyState::Active).await;

        pass(&t, just_before(period)).await;
        assert_eq!(states(&t).await.len(), 1);
        pass(&t, MOMENT).await;
        let next = kid(&t, KeyState::Next).await;
        pass(&t, times(&t).until_signing).await;

        assert_eq!(kid(&t, KeyState::Active).await, next);
        assert_eq!(kid(&t, KeyState::Retiring).await, old);
    };
}

#[tokio::test]
async fn the_router_publishes_what_is_in_force_and_lets_nobody_keep_what_may_be_old() {
    const PATH: &str = "/.well-known/jwks.json";
    let app = TestApp::new(engine(horizon_auth_testkit::Kind::Sqlite).await);
    let t = &app.engine;
    let kids = async || -> Vec<String> {
        let set = app.open(PATH).await.json();
        let keys = set["keys"].as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let old = kid(t, KeyState::Active).await;
    let tag = app.open(PATH).await.header("etag").to_owned();
    let next = rotate(t).await.unwrap().kid;
    assert_eq!(kids().await, [old.clone(), next.clone()]);
    assert_ne!(app.open(PATH).await.header("etag"), tag);

    t.clock.advance(Duration::from_secs(5));
    assert_eq!(
        app.open(PATH).await.header("cache-control"),
        "public, max-age=3600"
    );
    t.clock.advance(MOMENT);
    assert_eq!(app.open(PATH).await.header("cache-control"), "public, max-age=0");
    t.auth.heal().await.unwrap();
    assert_eq!(
        app.open(PATH).await.header("cache-control"),
        "public, max-age=3600"
    );

    pass(t, times(t).until_signing).await;
    assert_eq!(kids().await, [next.clone(), old.clone()]);
    t.auth.revoke_key(&old, &t.client()).await.unwrap();
    assert_eq!(kids().await, [next]);
    assert!(!app.open(PATH).await.text.contains("\"d\""));
}

#[tokio::test]
async fn a_node_that_cannot_be_certain_of_its_key_signs_nothing_and_uses_up_no_refresh_token() {
    let t = engine(horizon_auth_testkit::Kind::Sqlite).await;
    let ana = t.signed_in(ANA).await;
    t.database
        .execute("ALTER TABLE outside_changes RENAME TO hidden")
        .await;

    t.clock.advance(Duration::from_secs(6));
    assert!(t.refresh(&ana.refresh.secret).await.is_err());
    assert!(t.auth.heal().await.is_err());
    t.authenticate(&ana.access_token).await.unwrap();

    t.database
        .execute("ALTER TABLE hidden RENAME TO outside_changes")
        .await;
    let refreshed = t.refresh(&ana.refresh.secret).await.unwrap();
    assert_ne!(refreshed.access_token, ana.access_token);
    assert_eq!(t.database.number("SELECT COUNT(*) FROM refresh_tokens").await, 2);
    assert_eq!(
        t.refresh(&ana.refresh.secret).await.unwrap_err().code(),
        Code::RefreshReused
    );
}
