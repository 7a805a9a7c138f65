use std::sync::Arc;

use horizon_auth_testkit::both_engines;

use super::*;

both_engines! {
    a_dropped_transaction_leaves_nothing => |kind| async move {
        let database = person(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        assert!(tx.insert_user(&new_user(2)).await.unwrap());
        assert!(tx.insert_session(&new_session(1, user_id(1))).await.unwrap().is_some());
        tx.advance_credentials(&home(), user_id(1), NOW).await.unwrap();
        drop(tx);

        let mut db = read(&database.store).await;
        assert_eq!(db.find_user(&home(), user_id(2)).await.unwrap(), None);
        let first = db.find_user(&home(), user_id(1)).await.unwrap();
        assert_eq!(first, Some(new_user(1).into_user(Vec::new())));
        assert_eq!(db.count_live_sessions(&home(), user_id(1), NOW).await.unwrap(), 0);
    };

    a_dropped_transaction_lets_the_next_one_write => |kind| async move {
        let database = person(kind).await;

        for _ in 0..30 {
            let mut tx = database.store.begin().await.unwrap();
            tx.advance_token_epoch(&home(), user_id(1), NOW).await.unwrap();
            drop(tx);
        }
        let epoch = write(&database.store, async |tx| {
            tx.advance_token_epoch(&home(), user_id(1), NOW).await.unwrap()
        })
        .await;

        assert_eq!(epoch, Some(2), "none of the thirty was kept, none of them blocks");
    };

    writes_are_seen_within_at_once_and_by_others_after_the_commit => |kind| async move {
        let database = tenants(kind).await;
        let mut tx = database.store.begin().await.unwrap();
        assert!(tx.insert_user(&new_user(1)).await.unwrap());

        assert!(tx.find_user(&home(), user_id(1)).await.unwrap().is_some());
        assert!(read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap().is_none());
        tx.commit().await.unwrap();

        assert!(read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap().is_some());
        let other = database.another_store();
        assert!(read(&other).await.find_user(&home(), user_id(1)).await.unwrap().is_some());
    };

    an_open_connection_sees_later_commits => |kind| async move {
        let database = tenants(kind).await;
        let mut db = read(&database.store).await;
        assert!(db.find_user(&home(), user_id(1)).await.unwrap().is_none());

        write(&database.store, async |tx| tx.insert_user(&new_user(1)).await.unwrap()).await;

        assert!(db.find_user(&home(), user_id(1)).await.unwrap().is_some());
    };

    forty_writers_of_two_stores_all_get_their_turn => |kind| async move {
        let database = person(kind).await;
        let stores = [Arc::new(database.another_store()), Arc::new(database.another_store())];
        let gate = Arc::new(tokio::sync::Barrier::new(40));
        let mut tasks = tokio::task::JoinSet::new();

        for number in 0..40 {
            let (store, gate) = (Arc::clone(&stores[number % 2]), Arc::clone(&gate));
            tasks.spawn(async move {
                gate.wait().await;
                let mut tx = store.begin().await.unwrap();
                // Read, then write: what a deferred SQLite transaction could not do safely.
                let seen = tx.find_user(&home(), user_id(1)).await.unwrap().unwrap().token_epoch;
                let epoch = tx.advance_token_epoch(&home(), user_id(1), NOW).await.unwrap().unwrap();
                tx.commit().await.unwrap();
                (seen, epoch)
            });
        }
        let mut outcomes = tasks.join_all().await;

        outcomes.sort_by_key(|(_, epoch)| *epoch);
        let epochs: Vec<i64> = outcomes.iter().map(|(_, epoch)| *epoch).collect();
        assert_eq!(epochs, (2..=41).collect::<Vec<_>>(), "every writer counted once");
        if kind == Kind::Sqlite {
            assert!(outcomes.iter().all(|(seen, epoch)| seen + 1 == *epoch), "one writer at a time");
        }
    };
}
