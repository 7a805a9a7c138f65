//! Several nodes: what one has not heard yet, and what one may not do.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use horizon_auth_core::domain::key_state::{KeyRefusal, KeyState};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_testkit::{Setup, TestAuth, both_engines};

use crate::support::{ANA, engine, kid, pass, published, rotate, signer, states, times, verdict};

/// Looks like a token of a key that nobody has.
fn garbage(byte: u8) -> String {
    let kid = URL_SAFE_NO_PAD.encode([byte; 32]);
    let header = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"at+jwt"}}"#);
    format!(
        "{}.e30.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode([1; 64])
    )
}

/// A node that has not heard of the key with which the other one signs now.
async fn behind(t: &TestAuth) -> (horizon_auth_core::auth::Auth, String) {
    let node = t.restarted().await;
    let ana = t.signed_in(ANA).await;
    let old = kid(t, KeyState::Active).await;
    t.auth.revoke_key(&old, &t.client()).await.unwrap();
    let token = t.refresh(&ana.refresh.secret).await.unwrap().access_token;
    assert_ne!(signer(&token), old);
    assert_eq!(published(&node), [old]);
    (node, token)
}

both_engines! {
    a_node_looks_for_a_key_that_it_does_not_know => |kind| async move {
        let t = engine(kind).await;
        let (node, token) = behind(&t).await;

        assert_eq!(verdict(&t, &node, &token).await, Ok(()));

        assert_eq!(published(&node), [signer(&token)]);
    };

    made_up_keys_cost_one_look_a_second_and_are_refused => |kind| async move {
        let t = engine(kind).await;
        let (node, token) = behind(&t).await;
        t.clock.advance(Duration::from_secs(2));
        // The first look finds the new key as well, so the node is put back by its own restart.
        for byte in 0..20 {
            assert_eq!(verdict(&t, &node, &garbage(byte)).await, Err(Code::TokenInvalid));
        }
        assert_eq!(published(&node), [signer(&token)], "one look was made");

        rotate(&t).await.unwrap();
        let next = kid(&t, KeyState::Next).await;
        for byte in 0..20 {
            assert_eq!(verdict(&t, &node, &garbage(byte)).await, Err(Code::TokenInvalid));
        }
        assert!(!published(&node).contains(&next), "no second look in the same second");
        t.clock.advance(Duration::from_secs(1));
        assert_eq!(verdict(&t, &node, &garbage(1)).await, Err(Code::TokenInvalid));
        assert!(published(&node).contains(&next));
    };

    a_node_that_cannot_look_says_that_it_does_not_know => |kind| async move {
        let t = engine(kind).await;
        let (node, token) = behind(&t).await;
        t.database.execute("ALTER TABLE outside_changes RENAME TO hidden").await;
        t.clock.advance(Duration::from_secs(6));

        for _ in 0..2 {
            let code = verdict(&t, &node, &token).await.unwrap_err();
            assert!(matches!(code, Code::Unavailable | Code::Internal), "{code:?}");
        }

        t.database.execute("ALTER TABLE hidden RENAME TO outside_changes").await;
        t.clock.advance(Duration::from_secs(1));
        assert_eq!(verdict(&t, &node, &token).await, Ok(()));
    };

    every_node_takes_up_a_change_that_another_one_made => |kind| async move {
        let t = engine(kind).await;
        let other = t.restarted().await;
        let next = rotate(&t).await.unwrap();
        assert_eq!(published(&other).len(), 1);
        other.heal().await.unwrap();
        assert_eq!(published(&other), published(&t.auth));

        t.clock.advance(times(&t).until_signing);
        other.heal().await.unwrap();
        assert_eq!(kid(&t, KeyState::Active).await, next.kid, "any node takes the step");
        let token = t.signed_in(ANA).await.access_token;
        assert_eq!(signer(&token), next.kid, "who signs looks first");
        assert_eq!(verdict(&t, &other, &token).await, Ok(()));
    };

    a_node_without_the_sealing_key_signs_as_long_as_its_own_key_does_and_then_not_at_all => |kind| async move {
        let plain = Setup::new(kind);
        let t = Setup::new(kind).sealing().start().await;
        let node = t.unprepared_as(&plain);
        node.prepare().await.unwrap(); // a fleet gets its sealing key one node after the other
        assert_eq!(published(&node), published(&t.auth));
        let next = rotate(&t).await.unwrap();
        pass(&t, times(&t).until_signing).await;

        let late = t.unprepared_as(&plain);
        let refused = late.prepare().await.unwrap_err();
        assert!(matches!(&refused, Error::Keys(KeyRefusal::SealingKeyNeeded { active }) if *active == next.kid));
        node.heal().await.unwrap();
        assert!(node.jwks().ring().signing().is_none());
        let token = t.signed_in(ANA).await.access_token;
        assert_eq!(verdict(&t, &node, &token).await, Ok(()), "it still verifies");
    };

    a_node_with_another_sealing_key_does_not_start => |kind| async move {
        let t = engine(kind).await;
        let active = kid(&t, KeyState::Active).await;
        let stranger = t.unprepared_as(&Setup::new(kind).sealing());

        let refused = stranger.prepare().await.unwrap_err();

        assert!(matches!(&refused, Error::Keys(KeyRefusal::OtherSealingKey { kid }) if *kid == active));
        assert!(refused.to_string().contains("jwt.sealing_key_file"), "{refused}");
        let rotated = stranger.rotate_key(None, &t.client()).await.unwrap_err();
        assert!(matches!(rotated, Error::Keys(KeyRefusal::OtherSealingKey { .. })));
        assert_eq!(states(&t).await.len(), 1);
    };
}
