use horizon_auth_core::domain::key::{Algorithm, PublishedKey};
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
