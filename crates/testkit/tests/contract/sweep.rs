use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::mail::{MailKind, NewMail};
use horizon_auth_core::domain::revocation::{Revocation, Revoked};
use horizon_auth_core::ports::store::SweepTarget;
use horizon_auth_testkit::both_engines;

use super::*;

async fn sweep(database: &Database, target: SweepTarget, before: Timestamp, batch: i64) -> u64 {
    write(&database.store, async |tx| {
        tx.sweep_expired(target, before, batch).await.unwrap()
    })
    .await
}

/// One row of every kind for each of the numbers 1 to 3; row `n` ends `n` minutes after `NOW`.
async fn three_of_everything(kind: Kind) -> Database {
    let database = person(kind).await;
    for number in 1..=3 {
        write(&database.store, async |tx| three(tx, number).await).await;
        let end = end(number);
        let traded = Rotation {
            idle_expires_at: end,
            replay_until: end,
            ..rotation(number, number + 10)
        };
        assert!(rotates(&database.store, &traded).await);
    }
    database
        .execute(
            "INSERT INTO one_time_tokens (digest, tenant_id, user_id, purpose, email, created_at, expires_at)
             SELECT digest, tenant_id, (SELECT id FROM users), 'verify', 'a@b.example', issued_at, idle_expires_at
               FROM refresh_tokens WHERE parent_digest IS NOT NULL",
        )
        .await;
    database
}

async fn three(tx: &mut dyn Tx, number: u8) {
    let session = NewSession {
        absolute_expires_at: end(number),
        ..new_session(number, user_id(1))
    };
    assert!(tx.insert_session(&session).await.unwrap().is_some());
    tx.insert_refresh_token(&new_token(number, session_id(number)))
        .await
        .unwrap();
    let what = Revoked::User {
        user: user_id(1),
        min_epoch: number.into(),
    };
    let entry = Revocation {
        tenant: home(),
        what,
        expires_at: end(number),
    };
    tx.insert_revocation(&entry, NOW).await.unwrap();
    let mail = NewMail {
        id: MailId::mint(NOW, [number; 10]),
        tenant: home(),
        email: email("person1@example.com"),
        user: None,
        locale: None,
        kind: MailKind::VerifyEmail,
        created_at: NOW,
        expires_at: end(number),
    };
    tx.insert_mail(&mail).await.unwrap();
}

fn end(number: u8) -> Timestamp {
    NOW + Duration::from_secs(60) * number.into()
}

/// Replay boxes, sessions, one-time tokens, revocations, mails: in the order of `SweepTarget::ALL`.
async fn left(database: &Database) -> [i64; 5] {
    [
        database
            .number("SELECT COUNT(replay_box) FROM refresh_tokens")
            .await,
        database.number("SELECT COUNT(*) FROM sessions").await,
        database.number("SELECT COUNT(*) FROM one_time_tokens").await,
        database.number("SELECT COUNT(*) FROM revocations").await,
        database.number("SELECT COUNT(*) FROM outbox").await,
    ]
}

both_engines! {
    nothing_is_swept_at_the_instant_of_its_end => |kind| async move {
        let database = three_of_everything(kind).await;
        assert_eq!(left(&database).await, [3; 5]);

        for target in SweepTarget::ALL {
            assert_eq!(sweep(&database, *target, end(1), 100).await, 0, "{target:?}");
        }

        assert_eq!(left(&database).await, [3; 5]);
    };

    each_target_loses_only_what_ended_before_and_nothing_else_is_touched => |kind| async move {
        for (index, target) in SweepTarget::ALL.iter().enumerate() {
            let database = three_of_everything(kind).await;

            assert_eq!(sweep(&database, *target, end(2) + MILLISECOND, 100).await, 2, "{target:?}");

            let mut expected = [3; 5];
            expected[index] = 1;
            if *target == SweepTarget::Sessions {
                expected[0] = 1; // the boxes lie in the refresh tokens of the sessions
            }
            assert_eq!(left(&database).await, expected, "{target:?}");
        }
    };

    a_sweep_takes_no_more_than_its_batch_and_the_oldest_first => |kind| async move {
        let database = three_of_everything(kind).await;

        for target in SweepTarget::ALL {
            assert_eq!(sweep(&database, *target, NOW + LIFE, 2).await, 2, "{target:?}");
        }

        assert_eq!(left(&database).await, [1; 5]);
        assert_eq!(database.number("SELECT absolute_expires_at FROM sessions").await, end(3).millis());
        assert_eq!(database.number("SELECT expires_at FROM one_time_tokens").await, end(3).millis());
        assert_eq!(database.number("SELECT expires_at FROM revocations").await, end(3).millis());
        assert_eq!(database.number("SELECT expires_at FROM outbox").await, end(3).millis());
        for target in SweepTarget::ALL {
            assert_eq!(sweep(&database, *target, NOW + LIFE, 2).await, 1, "{target:?}");
            assert_eq!(sweep(&database, *target, NOW + LIFE, 2).await, 0, "{target:?}");
        }
    };

    an_emptied_box_leaves_the_token_and_its_use => |kind| async move {
        let database = three_of_everything(kind).await;

        sweep(&database, SweepTarget::ReplayBoxes, end(1) + MILLISECOND, 100).await;

        let swept = state(&database, 1).await;
        assert_eq!((swept.replay_box, swept.retry_tag), (None, None));
        assert!(swept.consumed_at.is_some() && swept.child.is_some(), "reuse can still be seen");
        assert!(state(&database, 2).await.replay_box.is_some());
        assert_eq!(database.number("SELECT COUNT(*) FROM refresh_tokens").await, 6);
    };

    used_and_expired_tokens_live_as_long_as_their_session => |kind| async move {
        let database = signed_in(kind).await;
        assert!(rotates(&database.store, &rotation(1, 2)).await);
        assert!(rotates(&database.store, &rotation(2, 3)).await);
        let all = "SELECT COUNT(*) FROM refresh_tokens";

        for target in SweepTarget::ALL {
            sweep(&database, *target, NOW + LIFE, 100).await;
        }
        assert_eq!(database.number(all).await, 3, "the session ends at this very instant");

        sweep(&database, SweepTarget::Sessions, NOW + LIFE + MILLISECOND, 100).await;
        assert_eq!(database.number(all).await, 0);
        assert_eq!(database.number("SELECT COUNT(*) FROM audit_events").await, 2, "what happened stays");
    };

    a_revoked_session_stays_until_its_absolute_end => |kind| async move {
        let database = signed_in(kind).await;
        database.execute("UPDATE sessions SET revoked_at = 1, revoke_reason = 'logout'").await;

        assert_eq!(sweep(&database, SweepTarget::Sessions, NOW + LIFE, 100).await, 0);
        assert!(state(&database, 1).await.session_dead);
    };
}
