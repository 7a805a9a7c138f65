//! What ends when a restored database begins another life.

use horizon_auth_core::domain::ids::{LifeId, MailId};
use horizon_auth_core::domain::mail::{MailKind, NewMail};
use horizon_auth_core::domain::one_time::{NewOneTimeToken, Purpose};
use horizon_auth_core::domain::session::EndReason;
use horizon_auth_core::domain::token::OneTime;
use horizon_auth_testkit::both_engines;

use super::*;

fn life(number: u8) -> LifeId {
    LifeId::mint(NOW, [number; 10])
}

both_engines! {
    a_database_has_no_life_until_one_is_given_and_then_the_last => |kind| async move {
        let database = tenants(kind).await;
        assert_eq!(read(&database.store).await.find_life().await.unwrap(), None);

        for number in [1, 2] {
            write(&database.store, async |tx| tx.replace_life(life(number), NOW).await.unwrap()).await;
            assert_eq!(read(&database.store).await.find_life().await.unwrap(), Some(life(number)));
        }

        assert_eq!(database.number("SELECT COUNT(*) FROM lives").await, 1);
    };

    the_newest_event_is_the_one_of_the_latest_time => |kind| async move {
        let database = tenants(kind).await;
        assert_eq!(read(&database.store).await.find_newest_event_at().await.unwrap(), None);

        for (number, at) in [(1, NOW + IDLE), (2, NOW)] {
            let row = AuditRow::new(EventId::mint(NOW, [number; 10]), at, Event::LoginFailed, &home(), &client());
            write(&database.store, async |tx| tx.insert_audit_event(&row).await.unwrap()).await;
        }

        assert_eq!(read(&database.store).await.find_newest_event_at().await.unwrap(), Some(NOW + IDLE));
    };

    all_sessions_end_once => |kind| async move {
        let database = signed_in(kind).await;
        begin_session(&database, 2).await;

        let ended = write(&database.store, async |tx| {
            let first = tx.revoke_all_sessions(EndReason::Restore, NOW).await.unwrap();
            (first, tx.revoke_all_sessions(EndReason::Restore, NOW).await.unwrap())
        })
        .await;

        assert_eq!(ended, (2, 0));
        assert!(!rotates(&database.store, &rotation(1, 11)).await);
    };

    all_links_and_mails_are_withdrawn_once => |kind| async move {
        let database = person(kind).await;
        let token: Digest<OneTime> = Digest::from_bytes([7; 32]);
        let email = new_user(1).email;
        write(&database.store, async |tx| {
            tx.insert_one_time_token(&NewOneTimeToken {
                digest: token,
                tenant: home(),
                user: user_id(1),
                purpose: Purpose::ResetPassword,
                email: email.clone(),
                created_at: NOW,
                expires_at: NOW + LIFE,
            })
            .await
            .unwrap();
            tx.insert_mail(&NewMail {
                id: MailId::mint(NOW, [1; 10]),
                tenant: home(),
                kind: MailKind::ResetPassword,
                email: email.clone(),
                user: None,
                locale: None,
                created_at: NOW,
                expires_at: NOW + LIFE,
            })
            .await
            .unwrap();
        })
        .await;

        let withdrawn = write(&database.store, async |tx| {
            let mut withdrawn = Vec::new();
            for _ in 0..2 {
                withdrawn.push(tx.revoke_all_one_time_tokens(NOW).await.unwrap());
                withdrawn.push(tx.bury_all_mails(NOW, "a restore").await.unwrap());
            }
            withdrawn
        })
        .await;

        assert_eq!(withdrawn, [1, 1, 0, 0]);
        let found = read(&database.store).await.find_one_time_grant(&token, Purpose::ResetPassword, NOW).await;
        assert_eq!(found.unwrap(), None);
        let claimed = write(&database.store, async |tx| tx.claim_mails(NOW, NOW + IDLE, 9).await.unwrap()).await;
        assert!(claimed.is_empty());
    };

    epochs_rise_to_the_floor_and_above_it_by_one => |kind| async move {
        let database = signed_in(kind).await;

        let (users, first, second) = write(&database.store, async |tx| {
            let users = tx.raise_user_epochs(1_000).await.unwrap();
            let first = tx.raise_tenant_epochs(1_000).await.unwrap();
            (users, first, tx.raise_tenant_epochs(1_000).await.unwrap())
        })
        .await;

        let epochs = |raised: &[(TenantId, i64)]| raised.iter().map(|(_, epoch)| *epoch).collect::<Vec<_>>();
        assert_eq!((users, epochs(&first), epochs(&second)), (1, vec![1_000, 1_000], vec![1_001, 1_001]));
        assert_eq!(database.number("SELECT token_epoch FROM users").await, 1_000);
        assert!(!rotates(&database.store, &rotation(1, 11)).await, "the session has the epoch from before");
    };
}
