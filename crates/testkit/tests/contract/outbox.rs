use std::collections::BTreeSet;

use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::mail::{ClaimedMail, MailKind, NewMail};
use horizon_auth_testkit::both_engines;

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const LEASE: Duration = Duration::from_secs(25);

fn mail_id(number: u8) -> MailId {
    MailId::mint(NOW, [number; 10])
}

/// Mail `number` to person 1, queued `number` seconds after `NOW`.
fn mail(number: u8) -> NewMail {
    let created_at = NOW + SECOND * number.into();
    NewMail {
        id: mail_id(number),
        tenant: home(),
        email: email("Person1@Example.com"),
        user: Some(user_id(1)),
        locale: None,
        kind: MailKind::VerifyEmail,
        created_at,
        expires_at: created_at + LIFE,
    }
}

/// A database with these mails.
async fn queued(kind: Kind, mails: &[NewMail]) -> Database {
    let database = person(kind).await;
    write(&database.store, async |tx| {
        for mail in mails {
            tx.insert_mail(mail).await.unwrap();
        }
    })
    .await;
    database
}

/// Claims at most `batch` mails until a lease later.
async fn claim(database: &Database, now: Timestamp, batch: i64) -> Vec<ClaimedMail> {
    write(&database.store, async |tx| {
        tx.claim_mails(now, now + LEASE, batch).await.unwrap()
    })
    .await
}

/// Claims the only mail that is due.
async fn claim_one(database: &Database, now: Timestamp) -> ClaimedMail {
    let claimed = claim(database, now, 10).await;
    let [mail] = <[_; 1]>::try_from(claimed).expect("one mail is due");
    mail
}

async fn waits(database: &Database, mail: &ClaimedMail) -> bool {
    write(&database.store, async |tx| {
        tx.find_mail_claim(mail).await.unwrap()
    })
    .await
}

async fn count(database: &Database) -> i64 {
    database.number("SELECT COUNT(*) FROM outbox").await
}

both_engines! {
    a_queued_mail_is_due_at_once_and_was_never_tried => |kind| async move {
        let database = queued(kind, &[mail(0)]).await;
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

    a_claim_tells_everything_that_was_queued => |kind| async move {
        let notice = NewMail {
            kind: MailKind::AccountDeleted,
            user: None,
            locale: Some(horizon_auth_core::domain::locale::Locale::parse("de-AT").unwrap()),
            ..mail(2)
        };
        let database = queued(kind, &[mail(1), notice.clone()]).await;

        let mut claimed = claim(&database, NOW + SECOND * 2, 10).await;

        claimed.sort_by_key(|mail| mail.created_at);
        for (claimed, queued) in claimed.iter().zip([mail(1), notice]) {
            assert_eq!((claimed.id, &claimed.tenant, claimed.kind), (queued.id, &queued.tenant, queued.kind));
            assert_eq!(claimed.email.canonical(), queued.email.canonical());
            assert_eq!(claimed.email.written(), queued.email.written());
            assert_eq!((claimed.user, &claimed.locale), (queued.user, &queued.locale));
            assert_eq!((claimed.created_at, claimed.expires_at), (queued.created_at, queued.expires_at));
            assert_eq!(claimed.attempt, 1);
        }
        assert_eq!(claimed.len(), 2);
    };

    a_claimed_mail_is_nobody_elses_until_its_lease_is_over => |kind| async move {
        let database = queued(kind, &[mail(0)]).await;
        assert!(claim(&database, NOW + MILLISECOND, 0).await.is_empty());
        let first = claim_one(&database, NOW).await;
        assert!(claim(&database, NOW + LEASE - MILLISECOND, 10).await.is_empty());
        let second = claim_one(&database, NOW + LEASE).await;
        assert_eq!((first.id, first.attempt), (second.id, 1));
        assert_eq!(second.attempt, 2);
    };

    the_oldest_are_claimed_first_and_not_before_they_are_due => |kind| async move {
        let database = queued(kind, &[mail(3), mail(1), mail(2), mail(9)]).await;
        let now = NOW + SECOND * 3;
        let ids = |mails: Vec<ClaimedMail>| mails.iter().map(|mail| mail.id).collect::<BTreeSet<_>>();
        assert_eq!(ids(claim(&database, now, 2).await), [mail_id(1), mail_id(2)].into());
        assert_eq!(ids(claim(&database, now, 2).await), [mail_id(3)].into());
        assert!(claim(&database, now, 2).await.is_empty());
    };

    an_expired_mail_is_not_claimed => |kind| async move {
        let database = queued(kind, &[mail(0)]).await;
        assert!(claim(&database, NOW + LIFE, 10).await.is_empty());
        assert_eq!(claim(&database, NOW + LIFE - MILLISECOND, 10).await.len(), 1);
    };

    two_claimers_never_get_the_same_mail => |kind| async move {
        let mails: Vec<_> = (0..60).map(|number| NewMail { created_at: NOW, ..mail(number) }).collect();
        let database = queued(kind, &mails).await;
        let gate = std::sync::Arc::new(tokio::sync::Barrier::new(8));
        let mut claimers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (store, gate) = (database.another_store(), std::sync::Arc::clone(&gate));
            claimers.spawn(async move {
                gate.wait().await;
                let mut got = Vec::new();
                loop {
                    let mut tx = store.begin().await.unwrap();
                    let claimed = tx.claim_mails(NOW, NOW + LEASE, 3).await.unwrap();
                    tx.commit().await.unwrap();
                    if claimed.is_empty() {
                        return got;
                    }
                    got.extend(claimed.into_iter().map(|mail| mail.id));
                }
            });
        }
        let got: Vec<_> = claimers.join_all().await.into_iter().flatten().collect();
        let distinct: BTreeSet<_> = got.iter().copied().collect();
        assert_eq!(distinct.len(), got.len(), "a mail was claimed twice");
        assert_eq!(distinct.len(), 60, "a mail was claimed by nobody");
    };

    a_sent_mail_is_never_claimed_again => |kind| async move {
        let database = queued(kind, &[mail(0)]).await;
        let claimed = claim_one(&database, NOW).await;
        assert!(waits(&database, &claimed).await);
        write(&database.store, async |tx| {
            assert!(tx.mark_mail_sent(&claimed, NOW + SECOND).await.unwrap());
            assert!(!tx.mark_mail_sent(&claimed, NOW + SECOND).await.unwrap(), "it is noted once");
        })
        .await;
        assert!(!waits(&database, &claimed).await);
        assert!(claim(&database, NOW + LEASE, 10).await.is_empty());
        let sent = "SELECT COUNT(*) FROM outbox WHERE sent_at = 1800000001000 AND last_error IS NULL";
        assert_eq!(database.number(sent).await, 1);
    };

    a_postponed_mail_comes_back_at_its_time => |kind| async move {
        let database = queued(kind, &[mail(0)]).await;
        let claimed = claim_one(&database, NOW).await;
        write(&database.store, async |tx| {
            assert!(tx.postpone_mail(&claimed, NOW + LEASE * 2, "busy").await.unwrap());
        })
        .await;
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox WHERE last_error = 'busy'").await, 1);
        assert!(claim(&database, NOW + LEASE * 2 - MILLISECOND, 10).await.is_empty());
        assert_eq!(claim_one(&database, NOW + LEASE * 2).await.attempt, 2);
    };

    a_buried_mail_is_kept_and_never_claimed => |kind| async move {
        let database = queued(kind, &[mail(0)]).await;
        let claimed = claim_one(&database, NOW).await;
        write(&database.store, async |tx| {
            assert!(tx.bury_mail(&claimed, NOW + SECOND, "no such mailbox").await.unwrap());
        })
        .await;
        assert!(!waits(&database, &claimed).await);
        assert!(claim(&database, NOW + LEASE, 10).await.is_empty());
        let dead = "SELECT COUNT(*) FROM outbox WHERE dead_at = 1800000001000 AND last_error = 'no such mailbox'";
        assert_eq!(database.number(dead).await, 1);
    };

    who_lost_the_lease_changes_nothing => |kind| async move {
        let database = queued(kind, &[mail(0)]).await;
        let late = claim_one(&database, NOW).await;
        let holder = claim_one(&database, NOW + LEASE).await;
        let stranger = ClaimedMail { tenant: elsewhere(), ..holder.clone() };
        for outsider in [&late, &stranger] {
            assert!(!waits(&database, outsider).await);
            write(&database.store, async |tx| {
                assert!(!tx.mark_mail_sent(outsider, NOW).await.unwrap());
                assert!(!tx.postpone_mail(outsider, NOW, "late").await.unwrap());
                assert!(!tx.bury_mail(outsider, NOW, "late").await.unwrap());
            })
            .await;
        }
        assert!(waits(&database, &holder).await);
        let untouched = "SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL AND last_error IS NULL";
        assert_eq!(database.number(untouched).await, 1);
    };

    a_mail_is_deleted_by_its_id_within_its_tenant => |kind| async move {
        let database = queued(kind, &[mail(1), mail(2)]).await;
        write(&database.store, async |tx| {
            assert!(!tx.delete_mail(&elsewhere(), mail_id(1)).await.unwrap());
            assert!(tx.delete_mail(&home(), mail_id(1)).await.unwrap());
            assert!(!tx.delete_mail(&home(), mail_id(1)).await.unwrap());
        })
        .await;
        assert_eq!(count(&database).await, 1);
    };

    all_mails_to_an_address_are_deleted_whatever_became_of_them => |kind| async move {
        let other = NewMail { email: email("person2@example.com"), ..mail(3) };
        let there = NewMail { tenant: elsewhere(), user: None, ..mail(4) };
        let database = queued(kind, &[mail(0), mail(1), mail(2), other, there]).await;
        let sent = claim_one(&database, NOW).await;
        write(&database.store, async |tx| {
            assert!(tx.mark_mail_sent(&sent, NOW).await.unwrap());
            let deleted = tx.delete_mails_to(&home(), &email("PERSON1@example.com")).await.unwrap();
            assert_eq!(deleted, 3);
        })
        .await;
        assert_eq!(count(&database).await, 2);
    };

    mails_about_a_user_are_deleted_by_kind_or_all => |kind| async move {
        let reset = NewMail { kind: MailKind::ResetPassword, ..mail(1) };
        let of_nobody = NewMail { user: None, ..mail(2) };
        let database = queued(kind, &[mail(0), reset, of_nobody, mail(3)]).await;
        write(&database.store, async |tx| {
            let (ana, verify) = (user_id(1), Some(MailKind::VerifyEmail));
            assert_eq!(tx.delete_mails_about(&elsewhere(), ana, None).await.unwrap(), 0);
            assert_eq!(tx.delete_mails_about(&home(), user_id(2), None).await.unwrap(), 0);
            assert_eq!(tx.delete_mails_about(&home(), ana, verify).await.unwrap(), 2);
            assert_eq!(tx.delete_mails_about(&home(), ana, None).await.unwrap(), 1);
        })
        .await;
        assert_eq!(count(&database).await, 1);
    };
}
