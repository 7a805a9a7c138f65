//! Several hands on the keys at once, on both engines.

use std::sync::Arc;

use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::key_state::{KeyRefusal, KeyState};
use horizon_auth_core::error::Error;
use horizon_auth_testkit::{Database, Setup, both_engines};
use tokio::task::JoinSet;

use crate::support::{ANA, engine, kid, rotate, signer, states, times, verdict};

/// Runs tasks that start together.
async fn together<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    tasks: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let tasks: Vec<F> = tasks.into_iter().collect();
    let gate = Arc::new(tokio::sync::Barrier::new(tasks.len()));
    let mut set = JoinSet::new();
    for work in tasks {
        let gate = Arc::clone(&gate);
        set.spawn(async move {
            gate.wait().await;
            work.await
        });
    }
    set.join_all().await
}

fn count(states: &[(String, KeyState)], wanted: KeyState) -> usize {
    states.iter().filter(|(_, state)| *state == wanted).count()
}

both_engines! {
    eight_rotations_at_once_publish_one_key => |kind| async move {
        let t = Arc::new(engine(kind).await);
        let outcomes = together((0..8).map(|_| {
            let node = t.outsider();
            let client = t.client();
            async move { node.rotate_key(Some(Algorithm::Es256), &client).await }
        }))
        .await;
        let waits = |o: &&Result<_, Error>| matches!(o, Err(Error::Keys(KeyRefusal::NextExists { .. })));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(outcomes.iter().filter(waits).count(), 7);
        assert_eq!(count(&states(&t).await, KeyState::Next), 1);
    };

    eight_nodes_that_find_a_step_due_take_it_once => |kind| async move {
        let t = engine(kind).await;
        let mut nodes = Vec::new();
        for _ in 0..8 {
            nodes.push(t.restarted().await);
        }
        for round in 1..=3 {
            let next = rotate(&t).await.unwrap();
            t.clock.advance(times(&t).until_signing);
            let healed = together(nodes.iter().cloned().map(|node| async move { node.heal().await })).await;
            assert!(healed.iter().all(Result::is_ok), "{healed:?}");
            assert_eq!(kid(&t, KeyState::Active).await, next.kid);
            t.clock.advance(times(&t).until_gone);
            let healed = together(nodes.iter().cloned().map(|node| async move { node.heal().await })).await;
            assert!(healed.iter().all(Result::is_ok), "{healed:?}");
            let states = states(&t).await;
            assert_eq!((count(&states, KeyState::Active), count(&states, KeyState::Gone)), (1, round));
            t.auth.heal().await.unwrap();
        }
        let events = t.database.dump().await;
        assert_eq!(events.matches("key_rotated").count(), 3);
        assert_eq!(events.matches("key_retired").count(), 3);
    };

    eight_nodes_that_start_at_once_agree_on_the_key_that_signs => |kind| async move {
        let setup = Setup::new(kind).sealing();
        let first = Setup::new(kind).start_on(Database::fresh(kind).await).await;
        let nodes: Vec<_> = (0..8).map(|_| first.unprepared_as(&setup)).collect();
        let started = together(nodes.iter().cloned().map(|node| async move { node.prepare().await })).await;
        assert!(started.iter().all(Result::is_ok), "{started:?}");
        let active = kid(&first, KeyState::Active).await;
        for node in &nodes {
            assert_eq!(node.jwks().ring().signing().map(|key| key.kid().to_owned()), Some(active.clone()));
        }
    };

    no_token_of_a_revoked_key_outlives_the_revocation_however_it_was_signed => |kind| async move {
        let t = Arc::new(engine(kind).await);
        let ana = t.signed_in(ANA).await;
        let mut refresh = ana.refresh.secret.clone();
        for round in 0..6 {
            let stolen = kid(&t, KeyState::Active).await;
            let (signing, revoking) = (Arc::clone(&t), Arc::clone(&t));
            let (token, key) = (refresh.clone(), stolen.clone());
            let sign = async move {
                let mut tokens = Vec::new();
                let mut parent = token;
                for _ in 0..12 {
                    let refreshed = signing.refresh(&parent).await.unwrap();
                    parent = refreshed.refresh.secret.clone();
                    tokens.push(refreshed.access_token);
                }
                (parent, tokens)
            };
            let revoke = async move { revoking.auth.revoke_key(&key, &revoking.client()).await };
            let (signed, revoked) = tokio::join!(tokio::spawn(sign), tokio::spawn(revoke));
            let ((parent, tokens), revoked) = (signed.unwrap(), revoked.unwrap().unwrap());
            assert!(revoked.is_some_and(|signs| signs != stolen));
            for token in tokens {
                let accepted = verdict(&t, &t.auth, &token).await.is_ok();
                assert_eq!(accepted, signer(&token) != stolen, "round {round}");
            }
            refresh = parent;
        }
    };
}
