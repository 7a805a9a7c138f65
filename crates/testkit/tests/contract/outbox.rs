use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::mail::{MailKind, NewMail};
use horizon_auth_testkit::both_engines;

use super::*;

fn mail(tenant: TenantId, user: UserId, kind: MailKind) -> NewMail {
    NewMail {
        id: MailId::mint(NOW, [user.uuid().as_bytes()[15]; 10]),
        tenant,
        user,
        kind,
        created_at: NOW,
        expires_at: NOW + LIFE,
    }
}

both_engines! {
    a_queued_mail_is_due_at_once_and_was_never_tried => |kind| async move {
        let database = person(kind).await;

        write(&database.store, async |tx| {
            tx.insert_mail(&mail(home(), user_id(1), MailKind::VerifyEmail)).await.unwrap();
        })
        .await;

        let due = database
            .number(
                "SELECT COUNT(*) FROM outbox WHERE tenant_id = 'home' AND kind = 'verify_email' AND attempts = 0
                    AND created_at = 1800000000000 AND next_attempt_at = 1800000000000
                    AND expires_at = 1800003600000 AND sent_at IS NULL AND user_id = (SELECT id FROM users)",
            )
            .await;
        assert_eq!(due, 1);
    };

    a_mail_to_a_user_of_another_tenant_is_refused => |kind| async move {
        let database = person(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_mail(&mail(elsewhere(), user_id(1), MailKind::AlreadyRegistered)).await.unwrap_err();
        drop(tx);

        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, 0);
    };

    a_mail_to_nobody_is_refused => |kind| async move {
        let database = person(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_mail(&mail(home(), user_id(9), MailKind::VerifyEmail)).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };
}
