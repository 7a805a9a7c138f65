use horizon_auth_core::domain::session::EndReason;
use horizon_auth_testkit::both_engines;

use super::*;

async fn inserts(database: &Database, new: &NewSession) -> bool {
    write(&database.store, async |tx| {
        tx.insert_session(new).await.unwrap().is_some()
    })
    .await
}

async fn live(database: &Database, now: Timestamp) -> i64 {
    let mut db = read(&database.store).await;
    db.count_live_sessions(&home(), user_id(1), now).await.unwrap()
}

both_engines! {
    a_session_is_stored_for_the_version_that_was_checked => |kind| async move {
        let database = person(kind).await;

        assert!(inserts(&database, &new_session(1, user_id(1))).await);

        let stored = database
            .number(
                "SELECT COUNT(*) FROM sessions WHERE tenant_id = 'home' AND cred_version = 1
                    AND created_at = 1800000000000 AND absolute_expires_at = 1800003600000
                    AND revoked_at IS NULL AND revoke_reason IS NULL AND user_agent = 'contract/1.0'
                    AND user_id = (SELECT id FROM users)",
            )
            .await;
        assert_eq!(stored, 1);
    };

    an_old_credential_version_begins_no_session => |kind| async move {
        let database = person(kind).await;
        write(&database.store, async |tx| tx.advance_credentials(&home(), user_id(1), NOW).await.unwrap()).await;

        assert!(!inserts(&database, &new_session(1, user_id(1))).await);
        assert_eq!(database.number("SELECT COUNT(*) FROM sessions").await, 0);
        assert!(inserts(&database, &NewSession { cred_version: 2, ..new_session(1, user_id(1)) }).await);
    };

    a_disabled_user_begins_no_session => |kind| async move {
        let database = person(kind).await;

        database.execute("UPDATE users SET disabled_at = 1").await;

        assert!(!inserts(&database, &new_session(1, user_id(1))).await);
        assert_eq!(database.number("SELECT COUNT(*) FROM sessions").await, 0);
    };

    a_user_of_another_tenant_begins_no_session => |kind| async move {
        let database = person(kind).await;

        assert!(!inserts(&database, &NewSession { tenant: elsewhere(), ..new_session(1, user_id(1)) }).await);
        assert!(!inserts(&database, &new_session(1, user_id(9))).await);
        assert_eq!(database.number("SELECT COUNT(*) FROM sessions").await, 0);
    };

    a_session_ends_once => |kind| async move {
        let database = signed_in(kind).await;

        let (first, second) = write(&database.store, async |tx| {
            let (home, ana, session) = (home(), user_id(1), session_id(1));
            let first = tx.revoke_session(&home, ana, session, EndReason::Logout, NOW).await.unwrap();
            (first, tx.revoke_session(&home, ana, session, EndReason::Reuse, NOW + LIFE).await.unwrap())
        })
        .await;

        assert!(first && !second);
        let kept = "SELECT COUNT(*) FROM sessions WHERE revoked_at = 1800000000000 AND revoke_reason = 'logout'";
        assert_eq!(database.number(kept).await, 1);
        assert!(state(&database, 1).await.session_dead);
    };

    nobody_ends_the_session_of_somebody_else => |kind| async move {
        let database = signed_in(kind).await;
        write(&database.store, async |tx| tx.insert_user(&new_user(2)).await.unwrap()).await;

        write(&database.store, async |tx| {
            let (session, reason) = (session_id(1), EndReason::Logout);
            assert!(!tx.revoke_session(&elsewhere(), user_id(1), session, reason, NOW).await.unwrap());
            assert!(!tx.revoke_session(&home(), user_id(2), session, reason, NOW).await.unwrap());
            assert!(!tx.revoke_session(&home(), user_id(1), session_id(9), reason, NOW).await.unwrap());
            assert_eq!(tx.revoke_user_sessions(&elsewhere(), user_id(1), reason, NOW).await.unwrap(), 0);
            assert_eq!(tx.revoke_user_sessions(&home(), user_id(2), reason, NOW).await.unwrap(), 0);
        })
        .await;

        assert_eq!(live(&database, NOW).await, 1);
    };

    all_live_sessions_of_a_user_end_and_are_counted => |kind| async move {
        let database = signed_in(kind).await;
        begin_session(&database, 2).await;
        begin_session(&database, 3).await;

        let ended = write(&database.store, async |tx| {
            let (home, ana) = (home(), user_id(1));
            assert!(tx.revoke_session(&home, ana, session_id(2), EndReason::Logout, NOW).await.unwrap());
            tx.revoke_user_sessions(&home, ana, EndReason::PasswordChange, NOW).await.unwrap()
        })
        .await;

        assert_eq!(ended, 2);
        assert_eq!(live(&database, NOW).await, 0);
        let kept = "SELECT COUNT(*) FROM sessions WHERE revoke_reason = 'logout'";
        assert_eq!(database.number(kept).await, 1, "the earlier reason is kept");
    };

    a_session_lives_until_the_instant_of_its_end => |kind| async move {
        let database = signed_in(kind).await;
        let end = NOW + LIFE;

        assert_eq!(live(&database, end - MILLISECOND).await, 1);
        assert_eq!(live(&database, end).await, 0);
    };

    sessions_of_other_tenants_disabled_users_and_old_credentials_are_not_live => |kind| async move {
        let database = signed_in(kind).await;
        let mut db = read(&database.store).await;

        assert_eq!(db.count_live_sessions(&elsewhere(), user_id(1), NOW).await.unwrap(), 0);
        assert_eq!(db.count_live_sessions(&home(), user_id(1), NOW).await.unwrap(), 1);
        database.execute("UPDATE users SET disabled_at = 1").await;
        assert_eq!(db.count_live_sessions(&home(), user_id(1), NOW).await.unwrap(), 0);
        database.execute("UPDATE users SET disabled_at = NULL, cred_version = 2").await;
        assert_eq!(db.count_live_sessions(&home(), user_id(1), NOW).await.unwrap(), 0);
    };

    a_session_id_is_used_once => |kind| async move {
        let database = signed_in(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_session(&new_session(1, user_id(1))).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };
}
