//! What a disabled tenant ends in every table, and what never comes back.

use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::mail::{MailKind, NewMail};
use horizon_auth_core::domain::one_time::{NewOneTimeToken, Purpose};
use horizon_auth_core::domain::session::NewCookie;
use horizon_auth_core::domain::token::{OneTime, SessionCookie};
use horizon_auth_testkit::both_engines;

use super::tenants::{disable, enable};
use super::*;

async fn begins(database: &Database, number: u8) -> Option<i64> {
    let new = new_session(number, user_id(1));
    write(&database.store, async |tx| tx.insert_session(&new).await.unwrap()).await
}

async fn live(database: &Database) -> (i64, usize) {
    let mut db = read(&database.store).await;
    let counted = db.count_live_sessions(&home(), user_id(1), NOW).await.unwrap();
    let listed = db
        .list_live_sessions(&home(), user_id(1), None, NOW)
        .await
        .unwrap();
    (counted, listed.len())
}

both_engines! {
    no_session_begins_in_a_disabled_tenant_and_one_that_begins_afterwards_carries_the_new_epoch => |kind| async move {
        let database = person(kind).await;
        assert_eq!(begins(&database, 1).await, Some(1));

        disable(&database, &home(), NOW).await;
        assert_eq!(begins(&database, 2).await, None);

        enable(&database, &home()).await;
        assert_eq!(begins(&database, 3).await, Some(2));
        assert_eq!(live(&database).await, (1, 1), "the first one stays dead");
    };

    another_tenant_is_left_alone => |kind| async move {
        let database = signed_in(kind).await;

        disable(&database, &elsewhere(), NOW).await;

        assert_eq!(live(&database).await, (1, 1));
        assert_eq!(begins(&database, 2).await, Some(1));
        assert!(rotates(&database.store, &rotation(1, 11)).await);
    };

    no_refresh_token_of_a_disabled_tenant_rotates_then_or_later => |kind| async move {
        let database = signed_in(kind).await;

        disable(&database, &home(), NOW).await;
        assert!(!rotates(&database.store, &rotation(1, 2)).await);
        assert_eq!(live(&database).await, (0, 0));
        let dead = state(&database, 1).await;
        assert!(dead.session_dead && dead.consumed_at.is_none());

        enable(&database, &home()).await;
        assert!(!rotates(&database.store, &rotation(1, 3)).await);
        assert!(state(&database, 1).await.session_dead);
        assert_eq!(live(&database).await, (0, 0));
    };

    a_rotated_session_keeps_the_epoch_it_began_with => |kind| async move {
        let database = person(kind).await;
        disable(&database, &home(), NOW).await;
        enable(&database, &home()).await;
        begin_session(&database, 1).await;

        let outcome = database.store.rotate_refresh_token(&rotation(1, 2)).await.unwrap();

        let RotationOutcome::Rotated(rotated) = outcome else { panic!("{outcome:?}") };
        assert_eq!(rotated.user.tenant_epoch, 2);
        assert_eq!(state(&database, 2).await.tenant_epoch, 2);
    };

    a_session_cookie_of_a_disabled_tenant_is_dead_then_and_later => |kind| async move {
        let database = person(kind).await;
        let digest = Digest::<SessionCookie>::from_bytes([7; 32]);
        let cookie = Some(NewCookie { digest, idle_expires_at: NOW + IDLE });
        let new = NewSession { cookie, ..new_session(1, user_id(1)) };
        write(&database.store, async |tx| assert!(tx.insert_session(&new).await.unwrap().is_some())).await;
        let found = async || read(&database.store).await.find_cookie_session(&digest).await.unwrap().unwrap();
        assert!(found().await.live(NOW).is_some());

        disable(&database, &home(), NOW).await;
        assert!(found().await.live(NOW).is_none());

        enable(&database, &home()).await;
        assert!(found().await.live(NOW).is_none());
    };

    no_link_of_a_disabled_tenant_works => |kind| async move {
        let database = person(kind).await;
        let digest = Digest::<OneTime>::from_bytes([7; 32]);
        let purpose = Purpose::ResetPassword;
        let new = NewOneTimeToken {
            digest,
            tenant: home(),
            user: user_id(1),
            purpose,
            email: email("Person1@Example.com"),
            created_at: NOW,
            expires_at: NOW + LIFE,
        };
        write(&database.store, async |tx| tx.insert_one_time_token(&new).await.unwrap()).await;
        let found = async || read(&database.store).await.find_one_time_grant(&digest, purpose, NOW).await.unwrap();
        let consumed = async || {
            write(&database.store, async |tx| tx.consume_one_time_token(&digest, purpose, NOW).await.unwrap()).await
        };
        assert!(found().await.is_some());

        disable(&database, &home(), NOW).await;
        assert_eq!(found().await, None);
        assert_eq!(consumed().await, None);

        enable(&database, &home()).await;
        assert!(consumed().await.is_some(), "it was not used up");
    };

    no_mail_of_a_disabled_tenant_is_claimed_or_goes_on => |kind| async move {
        let database = person(kind).await;
        let mail = NewMail {
            id: MailId::mint(NOW, [1; 10]),
            tenant: home(),
            email: email("Person1@Example.com"),
            user: None,
            locale: None,
            kind: MailKind::VerifyEmail,
            created_at: NOW,
            expires_at: NOW + LIFE,
        };
        write(&database.store, async |tx| tx.insert_mail(&mail).await.unwrap()).await;
        let claim = async |now| write(&database.store, async |tx| tx.claim_mails(now, now, 10).await.unwrap()).await;
        let claimed = claim(NOW).await.remove(0);
        assert!(read(&database.store).await.find_mail_claim(&claimed).await.unwrap());

        disable(&database, &home(), NOW).await;
        assert!(!read(&database.store).await.find_mail_claim(&claimed).await.unwrap());
        assert!(claim(NOW + MILLISECOND).await.is_empty());

        enable(&database, &home()).await;
        assert_eq!(claim(NOW + MILLISECOND).await.len(), 1);
    };
}
