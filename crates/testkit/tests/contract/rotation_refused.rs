use horizon_auth_core::domain::session::EndReason;
use horizon_auth_testkit::both_engines;

use super::*;

/// The storage refuses, says when it looked if it has a clock, and changes nothing.
async fn refuses(database: &Database, rotation: &Rotation) {
    let before = snapshot(database).await;

    let outcome = database.store.rotate_refresh_token(rotation).await.unwrap();

    let RotationOutcome::Refused { asked_at } = outcome else {
        panic!("rotated: {outcome:?}")
    };
    assert_eq!(
        asked_at.is_some(),
        database.kind == Kind::Postgres,
        "only PostgreSQL has a clock for all nodes"
    );
    assert_eq!(
        snapshot(database).await,
        before,
        "a refused rotation changed something"
    );
}

/// What a rotation could change.
async fn snapshot(database: &Database) -> [i64; 6] {
    [
        database.number("SELECT COUNT(*) FROM refresh_tokens").await,
        database
            .number("SELECT COUNT(*) FROM refresh_tokens WHERE consumed_at IS NULL")
            .await,
        database
            .number("SELECT COUNT(replay_box) FROM refresh_tokens")
            .await,
        database
            .number("SELECT COUNT(retry_tag) + COUNT(replay_until) FROM refresh_tokens")
            .await,
        database.number("SELECT COUNT(*) FROM audit_events").await,
        database
            .number("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL")
            .await,
    ]
}

both_engines! {
    an_unknown_token_does_not_rotate => |kind| async move {
        let database = signed_in(kind).await;

        refuses(&database, &rotation(9, 2)).await;
    };

    a_consumed_token_does_not_rotate_again => |kind| async move {
        let database = signed_in(kind).await;
        assert!(rotates(&database.store, &rotation(1, 2)).await);

        refuses(&database, &rotation(1, 3)).await;

        assert_eq!(state(&database, 1).await.replay_box, Some(ReplayBox(vec![2; 60])), "the winner's box");
    };

    a_token_does_not_rotate_at_the_instant_of_its_expiry => |kind| async move {
        let database = signed_in(kind).await;

        refuses(&database, &Rotation { now: NOW + IDLE, ..rotation(1, 2) }).await;
    };

    a_token_does_not_rotate_at_the_absolute_end_of_its_session => |kind| async move {
        let database = signed_in(kind).await;
        database.execute("UPDATE refresh_tokens SET idle_expires_at = 1900000000000").await;

        refuses(&database, &Rotation { now: NOW + LIFE, ..rotation(1, 2) }).await;
    };

    a_token_of_a_revoked_session_does_not_rotate => |kind| async move {
        let database = signed_in(kind).await;
        write(&database.store, async |tx| {
            tx.revoke_session(&home(), user_id(1), session_id(1), EndReason::Logout, NOW).await.unwrap()
        })
        .await;

        refuses(&database, &rotation(1, 2)).await;
    };

    a_token_of_a_disabled_user_does_not_rotate => |kind| async move {
        let database = signed_in(kind).await;
        database.execute("UPDATE users SET disabled_at = 1").await;

        refuses(&database, &rotation(1, 2)).await;
    };

    a_token_of_old_credentials_does_not_rotate => |kind| async move {
        let database = signed_in(kind).await;
        write(&database.store, async |tx| tx.advance_credentials(&home(), user_id(1), NOW).await.unwrap()).await;

        refuses(&database, &rotation(1, 2)).await;
    };

    a_token_of_another_tenant_does_not_rotate => |kind| async move {
        let database = signed_in(kind).await;

        refuses(&database, &Rotation { tenant: elsewhere(), ..rotation(1, 2) }).await;
    };

    a_new_epoch_alone_does_not_stop_a_rotation => |kind| async move {
        let database = signed_in(kind).await;
        write(&database.store, async |tx| tx.advance_token_epoch(&home(), user_id(1), NOW).await.unwrap()).await;

        let outcome = database.store.rotate_refresh_token(&rotation(1, 2)).await.unwrap();

        let RotationOutcome::Rotated(rotated) = outcome else { panic!("refused: {outcome:?}") };
        assert_eq!(rotated.user.token_epoch, 2, "the child's access token is of the new epoch");
    };
}
