use horizon_auth_core::domain::key::{Algorithm, PublishedKey};
use horizon_auth_core::domain::key_state::{KeyState, SealedKey, StoredKey};
use horizon_auth_testkit::both_engines;

use super::*;

fn key(kid: &str, algorithm: Algorithm, first_seen_at: Timestamp) -> PublishedKey {
    PublishedKey {
        kid: kid.into(),
        algorithm,
        public_key: vec![0, 255, 7],
        first_seen_at,
    }
}

both_engines! {
    published_keys_come_back_oldest_first => |kind| async move {
        let database = Database::fresh(kind).await;
        let keys = [
            key("young", Algorithm::EdDsa, NOW + LIFE),
            key("old", Algorithm::Rs256, NOW),
            key("middle", Algorithm::Es256, NOW + IDLE),
        ];

        write(&database.store, async |tx| {
            for key in &keys {
                assert!(tx.insert_published_key(key).await.unwrap());
            }
        })
        .await;

        let [young, old, middle] = keys;
        assert_eq!(read(&database.store).await.list_published_keys().await.unwrap(), [old, middle, young]);
    };

    a_known_key_is_not_changed => |kind| async move {
        let database = Database::fresh(kind).await;
        let known = key("one", Algorithm::Rs256, NOW);

        let (first, second) = write(&database.store, async |tx| {
            let first = tx.insert_published_key(&known).await.unwrap();
            let again = PublishedKey { public_key: vec![1], ..key("one", Algorithm::Es256, NOW + LIFE) };
            (first, tx.insert_published_key(&again).await.unwrap())
        })
        .await;

        assert!(first && !second);
        assert_eq!(read(&database.store).await.list_published_keys().await.unwrap(), [known]);
    };

    a_key_of_an_unknown_algorithm_is_corrupt => |kind| async move {
        let database = Database::fresh(kind).await;
        write(&database.store, async |tx| {
            tx.insert_published_key(&key("one", Algorithm::Rs256, NOW)).await.unwrap()
        })
        .await;

        database.execute("UPDATE signing_keys SET algorithm = 'HS256'").await;

        let error = read(&database.store).await.list_published_keys().await.unwrap_err();
        assert!(error.is_corrupt(), "{error:?}");
    };
}

fn stored(kid: &str, state: KeyState, changed_at: Timestamp) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        algorithm: Algorithm::Es256,
        public_key: vec![0, 255, 7],
        first_seen_at: NOW,
        state,
        changed_at,
        sealed: Some(SealedKey(vec![1, 0, 2])),
    }
}

async fn all(database: &Database) -> Vec<StoredKey> {
    read(&database.store).await.list_signing_keys().await.unwrap()
}

both_engines! {
    a_signing_key_comes_back_as_it_was_stored => |kind| async move {
        let database = Database::fresh(kind).await;
        let key = stored("one", KeyState::Next, NOW + IDLE);

        let inserted = write(&database.store, async |tx| tx.insert_signing_key(&key).await.unwrap()).await;

        assert!(inserted);
        assert_eq!(all(&database).await, [key]);
    };

    a_published_key_is_taken_over_and_every_other_one_is_left_alone => |kind| async move {
        let database = Database::fresh(kind).await;
        let adopted = stored("one", KeyState::Active, NOW + LIFE);
        let (taken, again) = write(&database.store, async |tx| {
            tx.insert_published_key(&key("one", Algorithm::Es256, NOW)).await.unwrap();
            let taken = tx.insert_signing_key(&adopted).await.unwrap();
            let other = StoredKey { sealed: None, ..stored("one", KeyState::Next, NOW) };
            (taken, tx.insert_signing_key(&other).await.unwrap())
        })
        .await;

        assert!(taken && !again);
        assert_eq!(all(&database).await, [adopted], "published since it was first seen");
    };

    a_key_moves_only_from_where_it_is_and_loses_its_private_half_when_it_signs_no_more => |kind| async move {
        use KeyState::{Active, Gone, Next, Retiring, Revoked};
        let database = Database::fresh(kind).await;
        write(&database.store, async |tx| {
            tx.insert_signing_key(&stored("one", Next, NOW)).await.unwrap()
        })
        .await;

        for (from, to, sealed) in [(Next, Active, true), (Active, Retiring, false), (Retiring, Gone, false)] {
            let (wrong, other, moved) = write(&database.store, async |tx| {
                let wrong = tx.change_key_state("one", Revoked, to, NOW + LIFE).await.unwrap();
                let other = tx.change_key_state("two", from, to, NOW + LIFE).await.unwrap();
                (wrong, other, tx.change_key_state("one", from, to, NOW + LIFE).await.unwrap())
            })
            .await;
            assert!(!wrong && !other && moved);
            let [key] = all(&database).await.try_into().unwrap();
            assert_eq!((key.state, key.changed_at, key.sealed.is_some()), (to, NOW + LIFE, sealed));
        }
    };

    there_is_never_more_than_one_active_or_next_key => |kind| async move {
        for state in [KeyState::Active, KeyState::Next] {
            let database = Database::fresh(kind).await;
            let mut tx = database.store.begin().await.unwrap();
            assert!(tx.insert_signing_key(&stored("one", state, NOW)).await.unwrap());
            assert!(tx.insert_signing_key(&stored("two", state, NOW)).await.is_err());
        }
    };

    the_key_set_is_counted_when_it_changes_and_only_then => |kind| async move {
        let database = Database::fresh(kind).await;
        let version = async || read(&database.store).await.find_key_set_version().await.unwrap();
        assert_eq!(version().await, 0);

        let mut tx = database.store.begin().await.unwrap();
        assert_eq!(tx.lock_key_set().await.unwrap(), 1);
        drop(tx);
        assert_eq!(version().await, 0, "nothing was committed");

        let number = write(&database.store, async |tx| tx.lock_key_set().await.unwrap()).await;
        assert_eq!((number, version().await), (1, 1));
        assert_eq!(read(&database.store).await.find_outside_changes().await.unwrap(), (0, 0));
    };

    who_changes_keys_waits_for_whoever_does => |kind| async move {
        let database = Database::fresh(kind).await;
        let mut first = database.store.begin().await.unwrap();
        first.lock_key_set().await.unwrap();
        let store = database.another_store();
        let second = tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            tx.lock_key_set().await.unwrap();
            let seen = tx.list_signing_keys().await.unwrap().len();
            tx.commit().await.unwrap();
            seen
        });
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }

        first.insert_signing_key(&stored("one", KeyState::Next, NOW)).await.unwrap();
        first.commit().await.unwrap();

        assert_eq!(second.await.unwrap(), 1, "the second one sees what the first one did");
    };

    a_key_in_an_unknown_state_is_corrupt => |kind| async move {
        let database = Database::fresh(kind).await;
        write(&database.store, async |tx| {
            tx.insert_published_key(&key("one", Algorithm::Rs256, NOW)).await.unwrap()
        })
        .await;

        database.execute("UPDATE signing_keys SET state = 'undead'").await;

        let error = read(&database.store).await.list_signing_keys().await.unwrap_err();
        assert!(error.is_corrupt(), "{error:?}");
    };
}
