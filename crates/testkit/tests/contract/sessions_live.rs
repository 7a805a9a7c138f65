//! Sessions as their owner sees them, and those that a cookie opens.

use horizon_auth_core::domain::session::{EndReason, IpHash, ListedSession, NewCookie};
use horizon_auth_core::domain::token::SessionCookie;
use horizon_auth_testkit::both_engines;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn cookie(number: u8) -> Digest<SessionCookie> {
    Digest::from_bytes([number; 32])
}

/// Session `number` of person 1 with cookie `number`, begun `number` minutes after `NOW`.
fn with_cookie(number: u8) -> NewSession {
    let created_at = NOW + MINUTE * u32::from(number);
    NewSession {
        created_at,
        absolute_expires_at: created_at + LIFE,
        cookie: Some(NewCookie {
            digest: cookie(number),
            idle_expires_at: created_at + IDLE,
        }),
        ..new_session(number, user_id(1))
    }
}

/// Person 1 with the sessions of these cookies.
async fn at_home(kind: Kind, numbers: &[u8]) -> Database {
    let database = person(kind).await;
    for number in numbers {
        let new = with_cookie(*number);
        assert!(
            write(&database.store, async |tx| tx
                .insert_session(&new)
                .await
                .unwrap()
                .is_some())
            .await
        );
    }
    database
}

async fn live(database: &Database, now: Timestamp) -> Vec<ListedSession> {
    let mut db = read(&database.store).await;
    db.list_live_sessions(&home(), user_id(1), None, now)
        .await
        .unwrap()
}

async fn live_ids(database: &Database, now: Timestamp) -> Vec<SessionId> {
    live(database, now)
        .await
        .into_iter()
        .map(|session| session.id)
        .collect()
}

async fn touches(database: &Database, tenant: &TenantId, until: Timestamp, now: Timestamp) -> bool {
    write(&database.store, async |tx| {
        tx.touch_session(tenant, session_id(1), until, now - MINUTE, now)
            .await
            .unwrap()
    })
    .await
}

both_engines! {
    live_sessions_come_newest_first_with_what_their_owner_may_see => |kind| async move {
        let database = at_home(kind, &[1, 3]).await;
        begin_session(&database, 2).await;
        let hashed = NewSession { ip_hash: Some(IpHash([7; 32])), ..with_cookie(4) };
        write(&database.store, async |tx| assert!(tx.insert_session(&hashed).await.unwrap().is_some())).await;

        let listed = live(&database, NOW + MINUTE * 4).await;

        let ids: Vec<_> = listed.iter().map(|session| session.id).collect();
        assert_eq!(ids, [4, 3, 1, 2].map(session_id), "number 2 began first");
        let newest = ListedSession {
            id: session_id(4),
            created_at: NOW + MINUTE * 4,
            last_seen_at: NOW + MINUTE * 4,
            expires_at: NOW + MINUTE * 4 + IDLE,
            user_agent: Some("contract/1.0".into()),
            ip_hash: Some(vec![7; 32]),
        };
        assert_eq!(listed[0], newest);
        assert_eq!(listed[1].ip_hash, None);
        assert_eq!((listed[3].last_seen_at, listed[3].expires_at), (NOW, NOW + IDLE), "by its refresh token");
    };

    a_rotation_is_when_a_session_with_tokens_was_last_seen => |kind| async move {
        let database = signed_in(kind).await;
        assert!(rotates(&database.store, &rotation(1, 2)).await);

        let listed = live(&database, NOW + Duration::from_secs(1)).await;

        let rotated_at = NOW + Duration::from_secs(1);
        assert_eq!((listed[0].last_seen_at, listed[0].expires_at), (rotated_at, rotated_at + IDLE));
    };

    one_live_session_is_found_by_its_id_and_only_by_its_owner => |kind| async move {
        let database = at_home(kind, &[1, 2]).await;
        write(&database.store, async |tx| tx.insert_user(&new_user(2)).await.unwrap()).await;
        let mut db = read(&database.store).await;
        let now = NOW + MINUTE * 2;

        let mut found = async |tenant: &TenantId, user, session| {
            let listed = db.list_live_sessions(tenant, user, Some(session), now).await.unwrap();
            listed.into_iter().map(|session| session.id).collect::<Vec<_>>()
        };

        assert_eq!(found(&home(), user_id(1), session_id(1)).await, [session_id(1)]);
        assert!(found(&home(), user_id(1), session_id(9)).await.is_empty());
        assert!(found(&home(), user_id(2), session_id(1)).await.is_empty(), "somebody else's");
        assert!(found(&elsewhere(), user_id(1), session_id(1)).await.is_empty(), "in another tenant");
    };

    what_has_ended_in_any_way_is_not_listed => |kind| async move {
        let database = at_home(kind, &[1, 2]).await;
        let both = [2, 1].map(session_id);
        let now = NOW + MINUTE * 2;
        assert_eq!(live_ids(&database, now).await, both);

        // Session 1 dies of idleness at its instant, and session 2 a minute later.
        assert_eq!(live_ids(&database, NOW + MINUTE + IDLE - MILLISECOND).await, both);
        assert_eq!(live_ids(&database, NOW + MINUTE + IDLE).await, [session_id(2)]);
        assert!(live_ids(&database, NOW + MINUTE * 2 + IDLE).await.is_empty());

        for (dead, alive) in [
            ("UPDATE users SET disabled_at = 1", "UPDATE users SET disabled_at = NULL"),
            ("UPDATE users SET cred_version = 2", "UPDATE users SET cred_version = 1"),
            ("UPDATE sessions SET absolute_expires_at = 5", "UPDATE sessions SET absolute_expires_at = 1800009999999"),
            ("UPDATE sessions SET revoked_at = 5", "UPDATE sessions SET revoked_at = NULL"),
        ] {
            database.execute(dead).await;
            assert!(live_ids(&database, now).await.is_empty(), "{dead}");
            database.execute(alive).await;
            assert_eq!(live_ids(&database, now).await, both, "{alive}");
        }
    };

    all_others_end_and_are_named => |kind| async move {
        let database = at_home(kind, &[1, 2, 3]).await;
        write(&database.store, async |tx| {
            assert!(tx.insert_user(&new_user(2)).await.unwrap());
            let of_another = NewSession { cookie: None, ..new_session(8, user_id(2)) };
            assert!(tx.insert_session(&of_another).await.unwrap().is_some());
            assert!(tx.revoke_session(&home(), user_id(1), session_id(3), EndReason::Operator, NOW).await.unwrap());
        })
        .await;

        let (nobodys, ended, again) = write(&database.store, async |tx| {
            let (one, reason) = (session_id(1), EndReason::Logout);
            let nobodys = tx.revoke_other_sessions(&elsewhere(), user_id(1), one, reason, NOW).await.unwrap();
            let ended = tx.revoke_other_sessions(&home(), user_id(1), one, reason, NOW).await.unwrap();
            (nobodys, ended, tx.revoke_other_sessions(&home(), user_id(1), one, reason, NOW).await.unwrap())
        })
        .await;

        assert!(nobodys.is_empty() && again.is_empty());
        assert_eq!(ended, [session_id(2)], "number 3 had ended before");
        assert_eq!(live_ids(&database, NOW + MINUTE).await, [session_id(1)]);
        let kept = "SELECT COUNT(*) FROM sessions WHERE revoke_reason = 'operator'";
        assert_eq!(database.number(kept).await, 1, "the earlier reason is kept");
        let untouched = "SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL";
        assert_eq!(database.number(untouched).await, 2, "that one, and the one of somebody else");
    };

    a_cookie_finds_its_session_with_its_user_as_they_are => |kind| async move {
        let database = at_home(kind, &[1, 2]).await;
        let mut db = read(&database.store).await;

        let found = db.find_cookie_session(&cookie(1)).await.unwrap().unwrap();

        assert_eq!((found.id, found.user.id, found.cred_version), (session_id(1), user_id(1), 1));
        assert_eq!(found.user.tenant, home());
        assert_eq!(found.last_seen_at, NOW + MINUTE);
        assert_eq!(found.idle_expires_at, NOW + MINUTE + IDLE);
        assert_eq!(found.absolute_expires_at, NOW + MINUTE + LIFE);
        assert!(!found.is_revoked && !found.is_tenant_disabled);
        assert!(found.live(NOW + MINUTE).is_some());
        assert!(db.find_cookie_session(&cookie(9)).await.unwrap().is_none());
    };

    a_cookie_finds_a_session_that_is_over_and_says_so => |kind| async move {
        let database = at_home(kind, &[1]).await;
        for (dead, alive) in [
            ("UPDATE sessions SET revoked_at = 5", "UPDATE sessions SET revoked_at = NULL"),
            ("UPDATE users SET disabled_at = 1", "UPDATE users SET disabled_at = NULL"),
            ("UPDATE users SET cred_version = 2", "UPDATE users SET cred_version = 1"),
            ("UPDATE tenants SET disabled_at = 1", "UPDATE tenants SET disabled_at = NULL"),
        ] {
            let live = async || {
                let found = read(&database.store).await.find_cookie_session(&cookie(1)).await.unwrap();
                found.expect("it is known").live(NOW + MINUTE).is_some()
            };
            database.execute(dead).await;
            assert!(!live().await, "{dead}");
            database.execute(alive).await;
            assert!(live().await, "{alive}");
        }
    };

    a_session_with_tokens_has_no_cookie => |kind| async move {
        let database = signed_in(kind).await;

        assert_eq!(database.number("SELECT COUNT(*) FROM sessions WHERE cookie_digest IS NULL").await, 1);
        assert!(!touches(&database, &home(), NOW + LIFE, NOW + MINUTE).await, "and no use of a cookie to note");
    };

    two_sessions_never_have_one_cookie => |kind| async move {
        let database = at_home(kind, &[1]).await;
        let twin = NewSession { id: session_id(2), ..with_cookie(1) };

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_session(&twin).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };

    a_use_moves_the_idle_end_and_is_noted_once_in_a_while => |kind| async move {
        let database = at_home(kind, &[1]).await;
        let (first, second) = (NOW + MINUTE * 3, NOW + MINUTE * 3 + Duration::from_secs(59));

        assert!(touches(&database, &home(), first + IDLE, first).await);
        assert!(!touches(&database, &home(), second + IDLE, second).await, "noted less than a minute ago");

        let found = read(&database.store).await.find_cookie_session(&cookie(1)).await.unwrap().unwrap();
        assert_eq!((found.last_seen_at, found.idle_expires_at), (first, first + IDLE));
    };

    a_use_never_brings_back_what_is_over => |kind| async move {
        let database = at_home(kind, &[1]).await;
        let (now, until) = (NOW + MINUTE * 5, NOW + LIFE);

        assert!(!touches(&database, &elsewhere(), until, now).await, "another tenant's");
        assert!(!touches(&database, &home(), until, NOW + MINUTE + IDLE).await, "dead of idleness");
        for dead in [
            "UPDATE sessions SET absolute_expires_at = 5",
            "UPDATE sessions SET absolute_expires_at = 1800009999999, revoked_at = 5",
        ] {
            database.execute(dead).await;
            assert!(!touches(&database, &home(), until, now).await, "{dead}");
        }
        let seen = "SELECT COUNT(*) FROM sessions WHERE last_seen_at = created_at";
        assert_eq!(database.number(seen).await, 1);
    };

    a_session_that_died_of_idleness_is_not_counted => |kind| async move {
        let database = at_home(kind, &[1, 2]).await;
        let mut db = read(&database.store).await;
        let mut count = async |now| db.count_live_sessions(&home(), user_id(1), now).await.unwrap();

        assert_eq!(count(NOW + MINUTE + IDLE - MILLISECOND).await, 2);
        assert_eq!(count(NOW + MINUTE + IDLE).await, 1);
        assert_eq!(count(NOW + MINUTE * 2 + IDLE).await, 0);
    };
}
