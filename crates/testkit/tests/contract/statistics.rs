//! Looks across all tenants, for whoever watches the service.

use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::mail::{Backlog, MailKind, NewMail};
use horizon_auth_core::domain::measure::Connections;
use horizon_auth_core::domain::session::EndReason;
use horizon_auth_testkit::both_engines;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

async fn backlog(database: &Database, now: Timestamp) -> Backlog {
    let mut db = read(&database.store).await;
    db.find_mail_backlog(now).await.unwrap()
}

async fn open_sessions(database: &Database, now: Timestamp) -> i64 {
    let mut db = read(&database.store).await;
    db.count_open_sessions(now).await.unwrap()
}

fn mail(number: u8) -> NewMail {
    NewMail {
        id: MailId::mint(NOW, [number; 10]),
        tenant: home(),
        email: email("Person1@Example.com"),
        user: Some(user_id(1)),
        locale: None,
        kind: MailKind::VerifyEmail,
        created_at: NOW + SECOND * number.into(),
        expires_at: NOW + LIFE,
    }
}

fn calls(database: &Database, kind: &str) -> u64 {
    let all = database.store.calls();
    all.iter().find(|calls| calls.kind == kind).unwrap().times.count()
}

both_engines! {
    the_backlog_is_what_was_neither_sent_nor_given_up_nor_has_expired => |kind| async move {
        let database = person(kind).await;
        assert_eq!(backlog(&database, NOW).await, Backlog::default());
        write(&database.store, async |tx| {
            for number in 1..=4 {
                tx.insert_mail(&mail(number)).await.unwrap();
            }
        })
        .await;
        database.execute("UPDATE outbox SET sent_at = 1 WHERE created_at = 1800000001000").await;
        database.execute("UPDATE outbox SET dead_at = 1 WHERE created_at = 1800000002000").await;

        let waits = Backlog { waiting: 2, oldest: Some(NOW + SECOND * 3), dead: 1 };
        assert_eq!(backlog(&database, NOW + SECOND * 10).await, waits);
        assert_eq!(backlog(&database, NOW + LIFE).await, Backlog::default());

        database.execute("UPDATE tenants SET disabled_at = 1 WHERE id = 'home'").await;
        let stopped = Backlog { waiting: 0, oldest: None, dead: 1 };
        assert_eq!(backlog(&database, NOW + SECOND * 10).await, stopped);
    };

    open_sessions_are_those_that_have_neither_ended_nor_expired => |kind| async move {
        let database = signed_in(kind).await;
        for number in 2..=4 {
            begin_session(&database, number).await;
        }
        assert_eq!(open_sessions(&database, NOW).await, 4);
        assert_eq!(open_sessions(&database, NOW + LIFE).await, 0);
        write(&database.store, async |tx| {
            tx.revoke_session(&home(), user_id(1), session_id(1), EndReason::Logout, NOW).await.unwrap()
        })
        .await;
        assert_eq!(open_sessions(&database, NOW).await, 3);
        database.execute("UPDATE sessions SET idle_expires_at = 1800000000000").await;
        assert_eq!(open_sessions(&database, NOW - MILLISECOND).await, 3);
        assert_eq!(open_sessions(&database, NOW).await, 0);
        database.execute("UPDATE sessions SET idle_expires_at = NULL").await;
        database.execute("UPDATE tenants SET disabled_at = 1 WHERE id = 'home'").await;
        assert_eq!(open_sessions(&database, NOW).await, 0);
    };

    every_call_is_measured => |kind| async move {
        let database = signed_in(kind).await;
        let [connect, statement, commit] = ["connect", "statement", "commit"].map(|kind| calls(&database, kind));

        open_sessions(&database, NOW).await;
        assert_eq!((calls(&database, "connect"), calls(&database, "statement")), (connect + 1, statement + 1));
        write(&database.store, async |tx| tx.find_user(&home(), user_id(1)).await.unwrap()).await;
        assert_eq!((calls(&database, "statement"), calls(&database, "commit")), (statement + 2, commit + 1));
        let before = (calls(&database, "connect"), calls(&database, "statement"));
        database.store.rotate_refresh_token(&rotation(1, 2)).await.unwrap();
        assert!(calls(&database, "connect") > before.0 && calls(&database, "statement") > before.1);

        assert!(database.store.calls().iter().all(|calls| calls.failed == 0));
    };

    a_lent_connection_is_in_use => |kind| async move {
        let database = person(kind).await;
        let lent = database.store.db().await.unwrap();

        let pools = database.store.connections();

        assert!(pools.iter().any(|of: &Connections| of.used > 0), "{pools:?}");
        assert!(pools.iter().all(|of| of.used + of.idle <= of.most), "{pools:?}");
        drop(lent);
    };
}
