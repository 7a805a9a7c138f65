use horizon_auth_core::domain::session::EndReason;
use horizon_auth_testkit::both_engines;

use super::*;

both_engines! {
    a_first_token_stands_as_inserted => |kind| async move {
        let database = signed_in(kind).await;

        let state = state(&database, 1).await;

        assert_eq!((state.session, state.tenant, state.user), (session_id(1), home(), user_id(1)));
        assert_eq!((state.idle_expires_at, state.absolute_expires_at), (NOW + IDLE, NOW + LIFE));
        assert_eq!((state.consumed_at, state.consumed_clock, state.replay_count), (None, None, 0));
        assert_eq!((state.retry_tag, state.replay_box, state.replay_until), (None, None, None));
        assert!(state.child.is_none() && !state.session_dead);
        let first = "SELECT COUNT(*) FROM refresh_tokens WHERE generation = 1 AND parent_digest IS NULL
                        AND tenant_id = 'home' AND issued_at = 1800000000000";
        assert_eq!(database.number(first).await, 1);
    };

    a_traded_token_shows_its_child_and_the_proofs_of_the_trade => |kind| async move {
        let database = signed_in(kind).await;
        let trade = rotation(1, 2);
        assert!(rotates(&database.store, &trade).await);

        let parent = state(&database, 1).await;

        assert_eq!(parent.consumed_at, Some(trade.now));
        assert_eq!(parent.consumed_clock.is_some(), kind == Kind::Postgres);
        assert_eq!((parent.retry_tag, parent.replay_until), (trade.retry_tag, Some(trade.replay_until)));
        assert_eq!(parent.replay_box, Some(trade.replay_box));
        let child = parent.child.unwrap();
        assert_eq!((child.digest, child.expires_at), (digest(2), trade.idle_expires_at));
        assert!(!child.consumed);
        assert!(rotates(&database.store, &rotation(2, 3)).await);
        assert!(state(&database, 1).await.child.unwrap().consumed);
    };

    an_unknown_digest_belongs_to_nobody => |kind| async move {
        let database = signed_in(kind).await;
        let mut db = read(&database.store).await;

        assert_eq!(db.find_refresh_owner(&digest(9)).await.unwrap(), None);
        assert!(db.find_token_state(&digest(9)).await.unwrap().is_none());
        assert_eq!(db.find_refresh_owner(&digest(1)).await.unwrap(), Some((home(), user_id(1))));
    };

    a_session_is_dead_by_revocation_disabling_or_new_credentials => |kind| async move {
        let database = signed_in(kind).await;
        assert!(!state(&database, 1).await.session_dead);

        database.execute("UPDATE users SET disabled_at = 1").await;
        assert!(state(&database, 1).await.session_dead);
        database.execute("UPDATE users SET disabled_at = NULL, cred_version = 2").await;
        assert!(state(&database, 1).await.session_dead);
        database.execute("UPDATE users SET cred_version = 1").await;
        assert!(!state(&database, 1).await.session_dead);
        write(&database.store, async |tx| {
            tx.revoke_session(&home(), user_id(1), session_id(1), EndReason::Logout, NOW).await.unwrap()
        })
        .await;
        assert!(state(&database, 1).await.session_dead);
    };

    a_family_has_one_live_leaf => |kind| async move {
        let database = signed_in(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_refresh_token(&new_token(2, session_id(1))).await.unwrap_err();
        drop(tx);

        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(database.number("SELECT COUNT(*) FROM refresh_tokens").await, 1);
    };

    the_index_on_live_leaves_alone_forbids_a_fork => |kind| async move {
        let database = signed_in(kind).await;
        // Out of the way of the rule that a generation is used once.
        database.execute("UPDATE refresh_tokens SET generation = 7").await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_refresh_token(&new_token(2, session_id(1))).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };

    a_digest_is_used_once => |kind| async move {
        let database = signed_in(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        assert!(tx.insert_session(&new_session(2, user_id(1))).await.unwrap().is_some());
        let error = tx.insert_refresh_token(&new_token(1, session_id(2))).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };

    a_token_for_a_session_of_another_tenant_is_refused => |kind| async move {
        let database = person(kind).await;
        write(&database.store, async |tx| {
            assert!(tx.insert_session(&new_session(1, user_id(1))).await.unwrap().is_some());
        })
        .await;

        let mut tx = database.store.begin().await.unwrap();
        let foreign = NewRefreshToken { tenant: elsewhere(), ..new_token(1, session_id(1)) };
        let error = tx.insert_refresh_token(&foreign).await.unwrap_err();
        drop(tx);

        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(database.number("SELECT COUNT(*) FROM refresh_tokens").await, 0);
    };

    a_token_of_no_session_is_refused => |kind| async move {
        let database = person(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_refresh_token(&new_token(1, session_id(9))).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };

    replays_are_counted_for_one_token_only => |kind| async move {
        let database = signed_in(kind).await;
        begin_session(&database, 2).await;

        write(&database.store, async |tx| {
            tx.count_replay(&digest(1)).await.unwrap();
            tx.count_replay(&digest(1)).await.unwrap();
            tx.count_replay(&digest(9)).await.unwrap();
        })
        .await;

        assert_eq!(state(&database, 1).await.replay_count, 2);
        assert_eq!(state(&database, 2).await.replay_count, 0);
    };

    a_locked_family_makes_a_rotation_wait_and_see_the_outcome => |kind| async move {
        let database = signed_in(kind).await;
        let mut tx = database.store.begin().await.unwrap();
        tx.lock_refresh_family(&digest(1)).await.unwrap();
        tx.lock_refresh_family(&digest(9)).await.unwrap();

        let other = database.another_store();
        let waiting = tokio::spawn(async move { rotates(&other, &rotation(1, 2)).await });
        // Whether the other has begun to wait or not: it cannot win.
        tokio::task::yield_now().await;
        assert!(tx.revoke_session(&home(), user_id(1), session_id(1), EndReason::Reuse, NOW).await.unwrap());
        tx.commit().await.unwrap();

        assert!(!waiting.await.unwrap(), "a rotation slipped past a revocation");
        assert_eq!(database.number("SELECT COUNT(*) FROM refresh_tokens").await, 1);
    };

    a_digest_of_another_length_is_corrupt => |kind| async move {
        let database = signed_in(kind).await;

        match kind {
            Kind::Sqlite => database.execute("UPDATE refresh_tokens SET retry_tag = x'00'").await,
            Kind::Postgres => database.execute("UPDATE refresh_tokens SET retry_tag = '\\x00'").await,
        }

        let error = read(&database.store).await.find_token_state(&digest(1)).await.unwrap_err();
        assert!(error.is_corrupt(), "{error:?}");
    };
}
