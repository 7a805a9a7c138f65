use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_testkit::both_engines;

use super::*;

fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(format!("$argon2id${text}"))
}

/// The stored verifier of person 1.
async fn stored(database: &Database) -> Option<PasswordHash> {
    let mut db = read(&database.store).await;
    db.find_login(&home(), &new_user(1).email)
        .await
        .unwrap()
        .unwrap()
        .password
}

async fn put(database: &Database, text: &str) {
    write(&database.store, async |tx| {
        tx.put_password(&home(), user_id(1), &hash(text), NOW)
            .await
            .unwrap();
    })
    .await;
}

both_engines! {
    a_password_replaces_any_other => |kind| async move {
        let database = person(kind).await;

        put(&database, "first").await;
        put(&database, "second").await;

        assert_eq!(stored(&database).await, Some(hash("second")));
        assert_eq!(database.number("SELECT COUNT(*) FROM passwords").await, 1);
    };

    a_password_for_a_user_of_another_tenant_is_refused => |kind| async move {
        let database = person(kind).await;
        put(&database, "first").await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.put_password(&elsewhere(), user_id(1), &hash("theirs"), NOW).await.unwrap_err();
        drop(tx);

        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(stored(&database).await, Some(hash("first")));
    };

    a_first_password_for_a_user_of_another_tenant_is_refused => |kind| async move {
        let database = person(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.put_password(&elsewhere(), user_id(1), &hash("theirs"), NOW).await.unwrap_err();
        drop(tx);

        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(database.number("SELECT COUNT(*) FROM passwords").await, 0);
    };

    a_password_for_nobody_is_refused => |kind| async move {
        let database = person(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.put_password(&home(), user_id(9), &hash("first"), NOW).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };

    a_rehash_replaces_the_hash_that_was_checked => |kind| async move {
        let database = person(kind).await;
        put(&database, "old").await;

        let replaced = write(&database.store, async |tx| {
            tx.rehash_password(&home(), user_id(1), &hash("old"), &hash("new"), NOW).await.unwrap()
        })
        .await;

        assert!(replaced);
        assert_eq!(stored(&database).await, Some(hash("new")));
    };

    a_rehash_of_a_password_that_was_changed_meanwhile_changes_nothing => |kind| async move {
        let database = person(kind).await;
        put(&database, "changed").await;

        let replaced = write(&database.store, async |tx| {
            tx.rehash_password(&home(), user_id(1), &hash("old"), &hash("new"), NOW).await.unwrap()
        })
        .await;

        assert!(!replaced);
        assert_eq!(stored(&database).await, Some(hash("changed")));
    };

    a_rehash_in_another_tenant_changes_nothing => |kind| async move {
        let database = person(kind).await;
        put(&database, "old").await;

        let replaced = write(&database.store, async |tx| {
            tx.rehash_password(&elsewhere(), user_id(1), &hash("old"), &hash("new"), NOW).await.unwrap()
        })
        .await;

        assert!(!replaced);
        assert_eq!(stored(&database).await, Some(hash("old")));
    };
}
