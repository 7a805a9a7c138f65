use horizon_auth_core::domain::role::Role;
use horizon_auth_testkit::both_engines;

use super::*;

both_engines! {
    a_rotation_stores_the_child_of_the_parent => |kind| async move {
        let database = signed_in(kind).await;
        write(&database.store, async |tx| {
            tx.insert_user_role(&home(), user_id(1), &Role::parse("user").unwrap(), NOW).await.unwrap();
        })
        .await;
        let trade = rotation(1, 2);

        let outcome = database.store.rotate_refresh_token(&trade).await.unwrap();

        let RotationOutcome::Rotated(rotated) = outcome else { panic!("refused: {outcome:?}") };
        assert_eq!((rotated.session, rotated.expires_at), (session_id(1), trade.idle_expires_at));
        assert_eq!(rotated.user, new_user(1).into_user(vec![Role::parse("user").unwrap()]));
        let child = database
            .number(
                "SELECT COUNT(*) FROM refresh_tokens c JOIN refresh_tokens p ON p.digest = c.parent_digest
                  WHERE c.generation = p.generation + 1 AND p.generation = 1 AND c.session_id = p.session_id
                    AND c.tenant_id = 'home' AND c.issued_at = 1800000001000 AND c.consumed_at IS NULL
                    AND c.replay_count = 0 AND c.replay_box IS NULL AND c.idle_expires_at = 1800000601000",
            )
            .await;
        assert_eq!(child, 1);
        let owner = read(&database.store).await.find_refresh_owner(&digest(2)).await.unwrap();
        assert_eq!(owner, Some((home(), user_id(1))));
    };

    a_rotation_writes_its_audit_row_in_the_same_step => |kind| async move {
        let database = signed_in(kind).await;

        assert!(rotates(&database.store, &rotation(1, 2)).await);

        let logged = database
            .number(
                "SELECT COUNT(*) FROM audit_events WHERE tenant_id = 'home' AND at = 1800000001000
                    AND level = 'info' AND event = 'token_refreshed' AND ip = '192.0.2.1' AND email IS NULL
                    AND user_agent = 'contract/1.0' AND user_id = (SELECT id FROM users)
                    AND session_id = (SELECT id FROM sessions)",
            )
            .await;
        assert_eq!(logged, 1);
    };

    an_audit_row_that_cannot_be_written_undoes_the_rotation => |kind| async move {
        let database = signed_in(kind).await;
        let trade = rotation(1, 2);
        write(&database.store, async |tx| tx.insert_audit_event(&trade.audit).await.unwrap()).await;

        let error = database.store.rotate_refresh_token(&trade).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(state(&database, 1).await.consumed_at, None);
        assert_eq!(database.number("SELECT COUNT(*) FROM refresh_tokens").await, 1);
    };

    a_child_digest_that_is_taken_undoes_the_rotation => |kind| async move {
        let database = signed_in(kind).await;
        begin_session(&database, 2).await;

        let error = database.store.rotate_refresh_token(&rotation(1, 2)).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
        let parent = state(&database, 1).await;
        assert!(parent.consumed_at.is_none() && parent.replay_box.is_none());
        assert_eq!(database.number("SELECT COUNT(*) FROM audit_events").await, 0);
    };

    a_child_never_outlives_the_session => |kind| async move {
        let database = signed_in(kind).await;
        let trade = Rotation { idle_expires_at: NOW + LIFE + MILLISECOND, ..rotation(1, 2) };

        let outcome = database.store.rotate_refresh_token(&trade).await.unwrap();

        let RotationOutcome::Rotated(rotated) = outcome else { panic!("refused: {outcome:?}") };
        assert_eq!(rotated.expires_at, NOW + LIFE);
        assert_eq!(state(&database, 2).await.idle_expires_at, NOW + LIFE);
    };

    a_rotation_without_a_retry_tag_stores_none => |kind| async move {
        let database = signed_in(kind).await;

        assert!(rotates(&database.store, &Rotation { retry_tag: None, ..rotation(1, 2) }).await);

        assert_eq!(state(&database, 1).await.retry_tag, None);
    };

    a_chain_of_rotations_counts_its_generations => |kind| async move {
        let database = signed_in(kind).await;

        for parent in 1..=5 {
            assert!(rotates(&database.store, &rotation(parent, parent + 1)).await, "{parent}");
        }

        assert_eq!(database.number("SELECT MAX(generation) FROM refresh_tokens").await, 6);
        let live = "SELECT generation FROM refresh_tokens WHERE consumed_at IS NULL";
        assert_eq!(database.number(live).await, 6);
    };

    a_token_rotates_until_the_millisecond_before_it_expires => |kind| async move {
        let database = signed_in(kind).await;
        let last = NOW + IDLE - MILLISECOND;

        assert!(rotates(&database.store, &Rotation { now: last, ..rotation(1, 2) }).await);
    };

    a_token_rotates_until_the_millisecond_before_the_session_ends => |kind| async move {
        let database = signed_in(kind).await;
        database.execute("UPDATE refresh_tokens SET idle_expires_at = 1900000000000").await;
        let last = NOW + LIFE - MILLISECOND;

        assert!(rotates(&database.store, &Rotation { now: last, ..rotation(1, 2) }).await);
    };

    one_family_rotates_without_touching_another => |kind| async move {
        let database = signed_in(kind).await;
        begin_session(&database, 2).await;

        assert!(rotates(&database.store, &rotation(1, 3)).await);

        let other = state(&database, 2).await;
        assert!(other.consumed_at.is_none() && other.child.is_none());
    };
}
