//! The rules of sending: when a mail is tried again, when it is given up, and who gets none.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use horizon_auth_core::domain::limits::{Limits, Rate};
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::flows::{Delivered, SetPasswordCommand};
use horizon_auth_core::ports::clock::Clock as _;
use horizon_auth_testkit::{Mood, Setup, TestAuth, both_engines};
use tokio::task::JoinSet;

const ANA: &str = "ana@example.com";
const NOBODY: &str = "nobody@example.com";
const LEASE: Duration = Duration::from_secs(25);
const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);

/// An engine where Ana's verification mail waits.
async fn registered(kind: horizon_auth_testkit::Kind) -> TestAuth {
    let t = TestAuth::on(kind).await;
    t.signed_in(ANA).await;
    t
}

async fn round(t: &TestAuth) -> Delivered {
    t.auth.deliver_mail().await.unwrap()
}

fn one(change: impl FnOnce(&mut Delivered)) -> Delivered {
    let mut delivered = Delivered::default();
    change(&mut delivered);
    delivered
}

/// How long the only mail still waits.
async fn pause(t: &TestAuth) -> Duration {
    let due = t.database.number("SELECT next_attempt_at FROM outbox").await;
    Duration::from_millis(u64::try_from(due - t.clock.now().millis()).unwrap())
}

/// The events of mails that were given up.
async fn failures(t: &TestAuth) -> Vec<String> {
    let dump = t.database.dump().await;
    let events = dump
        .lines()
        .filter(|line| line.starts_with("audit_events: ") && line.contains("mail_failed"));
    events.map(str::to_owned).collect()
}

async fn waiting(t: &TestAuth) -> i64 {
    t.database
        .number("SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL")
        .await
}

both_engines! {
    a_mail_leaves_with_a_link_below_the_public_url => |kind| async move {
        let t = registered(kind).await;
        assert_eq!(round(&t).await, one(|delivered| delivered.sent = 1));
        assert_eq!(round(&t).await, Delivered::default());

        let mail = t.mailbox.to(ANA).pop().unwrap();
        let token = t.mailbox.token(ANA, MailKind::VerifyEmail);
        assert_eq!(mail.link.unwrap(), format!("http://localhost:3000/verify-email?token={token}"));
        assert_eq!(mail.message_id, format!("{}@localhost", mail.id));
        t.verify_email_with(&token, Some("correct horse battery staple"), None).await.unwrap();
    };

    a_busy_mailbox_is_tried_with_growing_pauses_until_the_mail_is_given_up => |kind| async move {
        let t = registered(kind).await;
        t.mailbox.set_mood(Mood::Busy);
        for least in [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600] {
            assert_eq!(round(&t).await, one(|delivered| delivered.postponed = 1));
            let pause = pause(&t).await;
            let least = SECOND * least;
            assert!(least <= pause && pause <= least + least / 2, "{pause:?} is not about {least:?}");
            t.clock.advance(pause.saturating_sub(MILLISECOND));
            assert_eq!(round(&t).await.total(), 0, "not before its time");
            t.clock.advance(MILLISECOND);
        }
        assert!(failures(&t).await.is_empty());

        assert_eq!(round(&t).await, one(|delivered| delivered.dead = 1), "the twelfth attempt is the last");

        t.mailbox.set_mood(Mood::Open);
        t.clock.advance(LEASE + SECOND * 7200);
        assert_eq!(round(&t).await.total(), 0);
        assert!(t.mailbox.all().is_empty());
        let dead = "SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL AND attempts = 12 AND last_error = 'busy'";
        assert_eq!(t.database.number(dead).await, 1, "it is kept for people to see");
        assert_eq!(failures(&t).await.len(), 1);
    };

    a_refused_mail_is_given_up_at_once_and_its_event_has_no_address => |kind| async move {
        let t = registered(kind).await;
        t.mailbox.set_mood(Mood::Closed);
        assert_eq!(round(&t).await, one(|delivered| delivered.dead = 1));
        let failures = failures(&t).await;
        assert_eq!(failures.len(), 1);
        assert!(!failures[0].contains(ANA) && failures[0].contains("@example.com"), "masked: {}", failures[0]);
        assert_eq!(waiting(&t).await, 0);
    };

    a_mail_that_waited_too_long_is_not_sent => |kind| async move {
        let t = registered(kind).await;
        t.mailbox.set_mood(Mood::Busy);
        assert_eq!(round(&t).await.postponed, 1);
        t.mailbox.set_mood(Mood::Open);
        t.clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(round(&t).await.total(), 0);
        assert!(t.mailbox.all().is_empty());
        t.clock.advance(Duration::from_secs(3600));
        t.auth.sweep().await.unwrap();
        assert_eq!(t.database.number("SELECT COUNT(*) FROM outbox").await, 0);
    };

    an_address_without_an_account_gets_nothing => |kind| async move {
        let t = TestAuth::on(kind).await;
        t.request_reset(NOBODY).await.unwrap();
        t.request_verification(NOBODY).await.unwrap();
        assert_eq!(waiting(&t).await, 2, "the request costs the same");
        assert_eq!(round(&t).await, one(|delivered| delivered.dropped = 2));
        assert!(t.mailbox.all().is_empty());
        assert_eq!(waiting(&t).await, 0);
        assert_eq!(t.database.number("SELECT COUNT(*) FROM one_time_tokens").await, 0);
    };

    a_proven_address_gets_no_further_verification_mail => |kind| async move {
        let t = registered(kind).await;
        t.deliver_all().await;
        let token = t.mailbox.token(ANA, MailKind::VerifyEmail);
        t.verify_email_with(&token, Some("correct horse battery staple"), None).await.unwrap();
        t.request_verification(ANA).await.unwrap();
        assert_eq!(round(&t).await, one(|delivered| delivered.dropped = 1));
        assert_eq!(t.mailbox.kinds_to(ANA), [MailKind::VerifyEmail]);
    };

    an_account_that_the_operator_disabled_gets_no_reset_link => |kind| async move {
        let t = registered(kind).await;
        t.deliver_all().await;
        t.database.execute("UPDATE users SET disabled_at = 1, disabled_reason = 'operator'").await;
        t.request_reset(ANA).await.unwrap();
        assert_eq!(round(&t).await, one(|delivered| delivered.dropped = 1));
    };

    an_address_gets_three_mails_of_a_kind_in_an_hour => |kind| async move {
        let hourly = Rate::per_seconds(3, 3600);
        let limits = Limits { mail: Some(hourly), ..Limits::OFF };
        let t = Setup::new(kind).policy(|policy| policy.limits = limits).start().await;
        t.signed_in(ANA).await;
        let resets = async || {
            for _ in 0..5 {
                t.request_reset(ANA).await.unwrap();
            }
            t.deliver_all().await;
            t.mailbox.kinds_to(ANA).into_iter().filter(|kind| *kind == MailKind::ResetPassword).count()
        };
        assert_eq!(resets().await, 3);
        t.clock.advance(Duration::from_secs(600));
        assert_eq!(resets().await, 3, "the request is answered, and no mail goes");
        t.request_verification(ANA).await.unwrap();
        t.deliver_all().await;
        assert_eq!(t.mailbox.to(ANA).len(), 5, "another kind is counted by itself");
        t.clock.advance(Duration::from_secs(3600));
        assert_eq!(resets().await, 6);
    };

    attempts_that_failed_beside_a_reset_do_not_use_up_its_notice => |kind| async move {
        let limits = Limits { mail: Some(Rate::per_seconds(3, 3600)), ..Limits::OFF };
        let t = Arc::new(Setup::new(kind).policy(|policy| policy.limits = limits).start().await);
        t.signed_in(ANA).await;
        let token = t.reset_token(ANA).await;
        let mut attempts = JoinSet::new();
        for number in 0..10 {
            let (t, token) = (Arc::clone(&t), token.clone());
            attempts.spawn(async move { t.reset_password(&token, &format!("a fresh password {number}")).await.is_ok() });
        }
        assert_eq!(attempts.join_all().await.into_iter().filter(|done| *done).count(), 1);
        t.deliver_all().await;
        assert_eq!(t.mailbox.kinds_to(ANA).last(), Some(&MailKind::PasswordChanged));
    };

    notices_of_a_kind_are_three_an_hour_too => |kind| async move {
        let limits = Limits { mail: Some(Rate::per_seconds(3, 3600)), ..Limits::OFF };
        let t = Setup::new(kind).policy(|policy| policy.limits = limits).start().await;
        let user = t.signed_in(ANA).await.user;
        for number in 0..5 {
            let cmd = SetPasswordCommand {
                tenant: user.tenant.clone(),
                user: user.id,
                password: Password::new(&format!("another password {number}")).unwrap(),
                client: t.client(),
            };
            t.auth.set_password(cmd).await.unwrap();
        }
        t.deliver_all().await;
        let notices = t.mailbox.kinds_to(ANA).into_iter().filter(|kind| *kind == MailKind::PasswordChanged);
        assert_eq!(notices.count(), 3);
    };

    a_mail_whose_lease_ran_out_is_sent_again_under_the_same_message_id => |kind| async move {
        let t = registered(kind).await;
        assert_eq!(round(&t).await.sent, 1);
        // As if the process had died between handing over and noting it.
        t.database.execute("UPDATE outbox SET sent_at = NULL").await;
        t.clock.advance(LEASE.saturating_sub(MILLISECOND));
        assert_eq!(round(&t).await.total(), 0);
        t.clock.advance(MILLISECOND);
        assert_eq!(round(&t).await.sent, 1);

        let mails = t.mailbox.to(ANA);
        let [first, second] = mails.as_slice() else {
            panic!("two mails");
        };
        assert_eq!(first.message_id, second.message_id);
        assert_eq!(first.id, second.id);
        let token = |mail: &horizon_auth_core::domain::mail::OutgoingMail| mail.token.clone().unwrap().reveal().to_owned();
        assert_ne!(token(first), token(second), "nothing of the first token is left to send");
        t.verify_email_with(&token(first), Some("correct horse battery staple"), None).await.unwrap();
    };

    two_workers_send_each_mail_once => |kind| async move {
        let t = registered(kind).await;
        for _ in 0..30 {
            t.request_reset(ANA).await.unwrap();
        }
        let other = t.restarted().await;
        let mut workers = JoinSet::new();
        let gate = Arc::new(tokio::sync::Barrier::new(4));
        for auth in [t.auth.clone(), other.clone(), t.auth.clone(), other] {
            let gate = Arc::clone(&gate);
            workers.spawn(async move {
                gate.wait().await;
                while auth.deliver_mail().await.unwrap().total() > 0 {}
            });
        }
        workers.join_all().await;
        let mails = t.mailbox.to(ANA);
        let distinct: BTreeSet<_> = mails.iter().map(|mail| mail.message_id.clone()).collect();
        assert_eq!((mails.len(), distinct.len()), (31, 31));
        assert_eq!(waiting(&t).await, 0);
    };
}
