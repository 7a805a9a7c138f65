use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::mail::{MailKind, NewMail};
use horizon_auth_testkit::both_engines;

use super::*;

fn mail(tenant: TenantId, user: UserId, kind: MailKind) -> NewMail {
    NewMail {
        id: MailId::mint(NOW, [user.uuid().as_bytes()[15]; 10]),
        tenant,
        email: email("Person1@Example.com"),
        user: Some(user),
        locale: None,
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
                    AND expires_at = 1800003600000 AND sent_at IS NULL AND email = 'person1@example.com'
                    AND email_written = 'Person1@Example.com'",
            )
            .await;
        assert_eq!(due, 1);
    };
}
