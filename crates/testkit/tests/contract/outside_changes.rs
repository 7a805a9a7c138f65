use horizon_auth_testkit::both_engines;

use super::*;

async fn note(database: &Database) -> i64 {
    write(&database.store, async |tx| {
        tx.note_outside_change().await.unwrap()
    })
    .await
}

async fn see(database: &Database, made: i64) {
    write(&database.store, async |tx| {
        tx.mark_outside_changes_seen(made).await.unwrap();
    })
    .await;
}

/// Made and seen.
async fn changes(database: &Database) -> (i64, i64) {
    read(&database.store).await.find_outside_changes().await.unwrap()
}

both_engines! {
    outside_changes_are_counted_and_seen => |kind| async move {
        let database = Database::fresh(kind).await;
        assert_eq!(changes(&database).await, (0, 0));

        assert_eq!((note(&database).await, note(&database).await), (1, 2));
        see(&database, 1).await;

        assert_eq!(changes(&database).await, (2, 1));
    };

    an_outside_change_that_was_seen_stays_seen => |kind| async move {
        let database = Database::fresh(kind).await;
        note(&database).await;
        note(&database).await;
        see(&database, 2).await;

        see(&database, 1).await;

        assert_eq!(changes(&database).await, (2, 2));
    };

    an_outside_change_that_was_not_committed_is_not_counted => |kind| async move {
        let database = Database::fresh(kind).await;
        let mut tx = database.store.begin().await.unwrap();
        assert_eq!(tx.note_outside_change().await.unwrap(), 1);
        drop(tx);

        assert_eq!(note(&database).await, 1);
    };

    the_numbers_of_outside_changes_are_in_the_order_of_their_commits => |kind| async move {
        let database = Database::fresh(kind).await;
        let mut first = database.store.begin().await.unwrap();
        assert_eq!(first.note_outside_change().await.unwrap(), 1);
        let store = database.another_store();
        let second = tokio::spawn(async move {
            let mut tx = store.begin().await.unwrap();
            let number = tx.note_outside_change().await.unwrap();
            tx.commit().await.unwrap();
            number
        });
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }

        assert_eq!(changes(&database).await, (0, 0), "the second one waits for the first");
        first.commit().await.unwrap();

        assert_eq!(second.await.unwrap(), 2);
        assert_eq!(changes(&database).await, (2, 0));
    };
}
