//! The emergency.

use std::time::Duration;

use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::key_state::{KeyRefusal, KeyState};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_testkit::{Setup, both_engines};

use crate::support::{ANA, engine, kid, published, rotate, signer, states, verdict};

both_engines! {
    a_revoked_key_is_dead_at_once_and_nobody_is_logged_out => |kind| async move {
        let t = engine(kind).await;
        let ana = t.signed_in(ANA).await;
        let stolen = signer(&ana.access_token);

        let signs = t.auth.revoke_key(&stolen, &t.client()).await.unwrap().unwrap();

        assert_eq!(t.authenticate(&ana.access_token).await.unwrap_err().code(), Code::TokenInvalid);
        assert_eq!(published(&t.auth), [signs.as_str()]);
        let fresh = t.refresh(&ana.refresh.secret).await.unwrap();
        assert_eq!(signer(&fresh.access_token), signs);
        t.authenticate(&fresh.access_token).await.unwrap();
        assert_eq!(kid(&t, KeyState::Revoked).await, stolen);
        // Years later a token made with it is as dead as now.
        t.clock.advance(Duration::from_secs(20 * 366 * 24 * 3600));
        let restarted = t.restarted().await;
        assert_eq!(published(&restarted), [signs]);
        assert_eq!(verdict(&t, &restarted, &ana.access_token).await, Err(Code::TokenInvalid));
    };

    the_next_key_takes_the_place_of_a_revoked_one => |kind| async move {
        let t = engine(kind).await;
        let stolen = kid(&t, KeyState::Active).await;
        let next = rotate(&t).await.unwrap();

        let signs = t.auth.revoke_key(&stolen, &t.client()).await.unwrap();

        assert_eq!(signs.as_ref(), Some(&next.kid));
        assert_eq!(kid(&t, KeyState::Active).await, next.kid);
        assert_eq!(states(&t).await.len(), 2);
        assert_eq!(signer(&t.signed_in(ANA).await.access_token), next.kid);
    };

    a_server_refuses_what_was_revoked_beside_it_as_soon_as_it_has_looked => |kind| async move {
        let t = engine(kind).await;
        let ana = t.signed_in(ANA).await;
        let outsider = t.outsider();

        outsider.revoke_key(&signer(&ana.access_token), &t.client()).await.unwrap();
        assert!(!outsider.is_in_effect().await.unwrap());
        t.auth.heal().await.unwrap();

        assert!(outsider.is_in_effect().await.unwrap());
        assert!(t.authenticate(&ana.access_token).await.is_err());
        let fresh = t.refresh(&ana.refresh.secret).await.unwrap();
        t.authenticate(&fresh.access_token).await.unwrap();
    };

    a_node_that_only_heard_of_the_revocation_refuses_its_tokens => |kind| async move {
        let t = engine(kind).await;
        let ana = t.signed_in(ANA).await;
        let other = t.restarted().await;
        t.auth.revoke_key(&signer(&ana.access_token), &t.client()).await.unwrap();
        // It has not read the keys again; the list of revocations is enough.
        other.reload_revocations().await.unwrap();

        assert_eq!(verdict(&t, &other, &ana.access_token).await, Err(Code::TokenRevoked));
    };

    revoking_twice_is_harmless => |kind| async move {
        let t = engine(kind).await;
        let stolen = kid(&t, KeyState::Active).await;
        let first = t.auth.revoke_key(&stolen, &t.client()).await.unwrap();

        let second = t.auth.revoke_key(&stolen, &t.client()).await.unwrap();

        assert_eq!(first, second);
        assert_eq!(states(&t).await.len(), 2);
        let unknown = t.auth.revoke_key("nobody", &t.client()).await.unwrap_err();
        assert!(matches!(unknown, Error::Keys(KeyRefusal::Unknown { .. })));
    };

    whoever_lost_the_sealing_key_revokes_and_goes_on_with_another => |kind| async move {
        let t = engine(kind).await;
        let ana = t.signed_in(ANA).await;
        rotate(&t).await.unwrap();
        let lost = kid(&t, KeyState::Next).await;
        let another = Setup::new(kind).sealing();
        let operator = t.unprepared_as(&another);

        let signs = operator.revoke_key(&signer(&ana.access_token), &t.client()).await.unwrap().unwrap();

        assert_ne!(signs, lost, "nobody could open it");
        assert_eq!(kid(&t, KeyState::Gone).await, lost);
        let node = t.unprepared_as(&another);
        node.prepare().await.unwrap();
        assert_eq!(published(&node), [signs]);
    };

    without_a_sealing_key_only_a_key_that_does_not_sign_can_be_revoked_and_then_for_ever => |kind| async move {
        let t = Setup::new(kind).start().await;
        let (ana, own) = (t.signed_in(ANA).await, published(&t.auth).remove(0));
        let refused = t.auth.revoke_key(&own, &t.client()).await.unwrap_err();
        assert!(matches!(refused, Error::Keys(KeyRefusal::NoSealingKey)));

        // The operator has configured another key; this node still has the old one.
        let sealed = t.unprepared_as(&Setup::new(kind).sealing());
        sealed.revoke_key(&own, &t.client()).await.unwrap();

        let refused = t.unprepared().prepare().await.unwrap_err();
        let Error::Keys(KeyRefusal::Over { kid, state, .. }) = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!((kid, *state), (&own, KeyState::Revoked));
        t.auth.heal().await.unwrap();
        assert!(t.refresh(&ana.refresh.secret).await.is_err(), "there is nothing to sign with");
        assert!(published(&t.auth).is_empty());
    };
}

#[tokio::test]
async fn a_fresh_key_is_of_the_kind_of_the_one_it_replaces() {
    let t = engine(horizon_auth_testkit::Kind::Sqlite).await;
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        let next = t.auth.rotate_key(Some(algorithm), &t.client()).await.unwrap();
        let active = kid(&t, KeyState::Active).await;
        t.auth.revoke_key(&active, &t.client()).await.unwrap();
        let signs = t.auth.revoke_key(&next.kid, &t.client()).await.unwrap().unwrap();
        let set = t.auth.jwks();
        let key = set.ring().find(&signs).unwrap();
        assert_eq!(key.algorithm(), algorithm);
    }
}
