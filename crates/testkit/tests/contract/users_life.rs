//! What happens to an account after it was made, and what is read about it.

use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::mail::{MailKind, NewMail};
use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::user::{ProfileChange, User};
use horizon_auth_testkit::both_engines;

use super::*;

const LATER: Timestamp = Timestamp::from_millis(1_800_000_060_000);

async fn user(database: &Database, number: u8) -> Option<User> {
    let mut db = read(&database.store).await;
    db.find_user(&home(), user_id(number)).await.unwrap()
}

async fn second_person(kind: Kind) -> Database {
    let database = person(kind).await;
    write(&database.store, async |tx| {
        tx.insert_user(&new_user(2)).await.unwrap()
    })
    .await;
    database
}

both_engines! {
    a_profile_changes_only_where_something_is_given => |kind| async move {
        let database = person(kind).await;
        let change = async |tenant: TenantId, change: ProfileChange| {
            write(&database.store, async |tx| {
                tx.update_profile(&tenant, user_id(1), &change, LATER).await.unwrap()
            })
            .await
        };
        let locale = Locale::parse("pt-BR").unwrap();

        assert!(change(home(), ProfileChange { full_name: Some(Some("Ana".into())), locale: None }).await);
        assert!(change(home(), ProfileChange { full_name: None, locale: Some(Some(locale.clone())) }).await);
        let changed = user(&database, 1).await.unwrap();
        assert_eq!((changed.full_name.as_deref(), changed.locale), (Some("Ana"), Some(locale)));
        assert_eq!(changed.updated_at, LATER);
        assert!(change(home(), ProfileChange { full_name: Some(None), locale: Some(None) }).await);
        let emptied = user(&database, 1).await.unwrap();
        assert_eq!((emptied.full_name, emptied.locale), (None, None));
        assert!(!change(elsewhere(), ProfileChange { full_name: Some(Some("Eve".into())), locale: None }).await);
        assert_eq!(user(&database, 1).await.unwrap().full_name, None);
    };

    the_first_proof_of_an_address_counts => |kind| async move {
        let database = second_person(kind).await;
        write(&database.store, async |tx| {
            tx.mark_email_verified(&elsewhere(), user_id(2), NOW).await.unwrap();
            tx.mark_email_verified(&home(), user_id(1), NOW).await.unwrap();
            tx.mark_email_verified(&home(), user_id(1), LATER).await.unwrap();
        })
        .await;

        assert_eq!(user(&database, 1).await.unwrap().email_verified_at, Some(NOW));
        assert_eq!(user(&database, 2).await.unwrap().email_verified_at, None);
    };

    another_address_is_proved_and_never_somebody_elses => |kind| async move {
        let database = second_person(kind).await;
        let replace = async |tenant: TenantId, text: &str| {
            let mut tx = database.store.begin().await.unwrap();
            let replaced = tx.replace_email(&tenant, user_id(1), &email(text), LATER).await.unwrap();
            if replaced {
                tx.commit().await.unwrap();
            }
            replaced
        };

        assert!(!replace(home(), "PERSON2@example.com").await);
        assert!(!replace(elsewhere(), "new@example.com").await);
        assert_eq!(user(&database, 1).await, Some(new_user(1).into_user(Vec::new())));
        assert!(replace(home(), "New@Example.com").await);
        let moved = user(&database, 1).await.unwrap();
        assert_eq!((moved.email.canonical(), moved.email.written()), ("new@example.com", "New@Example.com"));
        assert_eq!((moved.email_verified_at, moved.updated_at), (Some(LATER), LATER));
    };

    a_deleted_user_takes_everything_along => |kind| async move {
        let database = signed_in(kind).await;
        write(&database.store, async |tx| {
            let (home, ana) = (home(), user_id(1));
            tx.put_password(&home, ana, &PasswordHash::new("hash".into()), NOW).await.unwrap();
            tx.insert_user_role(&home, ana, &Role::parse("user").unwrap(), NOW).await.unwrap();
            assert!(!tx.delete_user(&elsewhere(), ana).await.unwrap());
        })
        .await;
        assert!(user(&database, 1).await.is_some());

        write(&database.store, async |tx| {
            assert!(tx.delete_user(&home(), user_id(1)).await.unwrap());
            assert!(!tx.delete_user(&home(), user_id(1)).await.unwrap());
        })
        .await;

        for table in [
            "SELECT COUNT(*) FROM users",
            "SELECT COUNT(*) FROM passwords",
            "SELECT COUNT(*) FROM user_roles",
            "SELECT COUNT(*) FROM sessions",
            "SELECT COUNT(*) FROM refresh_tokens",
        ] {
            assert_eq!(database.number(table).await, 0, "{table}");
        }
    };

    only_a_user_who_is_there_can_be_locked => |kind| async move {
        let database = person(kind).await;
        write(&database.store, async |tx| {
            assert!(tx.lock_user(&home(), user_id(1)).await.unwrap());
            assert!(!tx.lock_user(&elsewhere(), user_id(1)).await.unwrap());
            assert!(!tx.lock_user(&home(), user_id(9)).await.unwrap());
        })
        .await;
    };

    sessions_are_listed_newest_first_with_their_ends => |kind| async move {
        let database = signed_in(kind).await;
        begin_session(&database, 2).await;
        write(&database.store, async |tx| {
            let reason = horizon_auth_core::domain::session::EndReason::Logout;
            tx.revoke_session(&home(), user_id(1), session_id(1), reason, LATER).await.unwrap();
        })
        .await;
        let mut db = read(&database.store).await;

        let listed = db.list_user_sessions(&home(), user_id(1)).await.unwrap();

        let ends: Vec<_> = listed.iter().map(|session| (session.id, session.revoked_at)).collect();
        assert_eq!(ends, [(session_id(2), None), (session_id(1), Some(LATER))]);
        assert_eq!((listed[0].created_at, listed[0].absolute_expires_at), (NOW, NOW + LIFE));
        assert_eq!(listed[0].user_agent.as_deref(), Some("contract/1.0"));
        assert!(db.list_user_sessions(&elsewhere(), user_id(1)).await.unwrap().is_empty());
        assert!(db.list_user_sessions(&home(), user_id(2)).await.unwrap().is_empty());
    };

    events_of_a_user_are_listed_newest_first_and_lose_the_person_under_a_pseudonym => |kind| async move {
        let database = person(kind).await;
        let pseudonym = user_id(77);
        write(&database.store, async |tx| {
            for (number, event, person) in
                [(1, Event::Registered, 1), (2, Event::LoggedOut, 1), (3, Event::LoggedOut, 2)]
            {
                let id = EventId::mint(NOW, [number; 10]);
                let row = AuditRow::new(id, NOW, event, &home(), &client())
                    .with_user(user_id(person))
                    .with_session(session_id(1))
                    .with_email(&email("Ana@example.com"));
                tx.insert_audit_event(&row).await.unwrap();
            }
        })
        .await;
        let events = async |person: UserId, limit: i64| {
            read(&database.store).await.list_user_events(&home(), person, limit).await.unwrap()
        };

        let listed = events(user_id(1), 10).await;
        let names: Vec<_> = listed.iter().map(|event| event.event.as_str()).collect();
        assert_eq!(names, ["logged_out", "registered"]);
        assert_eq!((listed[0].ip.as_str(), listed[0].session), ("192.0.2.1", Some(session_id(1))));
        assert_eq!(events(user_id(1), 1).await.len(), 1);
        let foreign = read(&database.store).await.list_user_events(&elsewhere(), user_id(1), 10).await.unwrap();
        assert!(foreign.is_empty());

        let changed = write(&database.store, async |tx| {
            assert_eq!(tx.pseudonymise_user_events(&elsewhere(), user_id(1), pseudonym).await.unwrap(), 0);
            tx.pseudonymise_user_events(&home(), user_id(1), pseudonym).await.unwrap()
        })
        .await;

        assert_eq!(changed, 2);
        assert!(events(user_id(1), 10).await.is_empty());
        let kept = events(pseudonym, 10).await;
        assert_eq!(kept.len(), 2);
        assert!(kept.iter().all(|event| event.session.is_none() && event.ip.is_empty() && event.user_agent.is_none()));
        assert_eq!(events(user_id(2), 10).await, listed[..1], "others are untouched");
        assert_eq!(database.number("SELECT COUNT(*) FROM audit_events WHERE email IS NOT NULL").await, 1);
    };

    mails_about_a_user_are_removed_by_kind_or_all => |kind| async move {
        let database = person(kind).await;
        let count = "SELECT COUNT(*) FROM outbox";
        write(&database.store, async |tx| {
            let mails = [
                (1, Some(1), MailKind::ConfirmEmailChange),
                (2, Some(1), MailKind::EmailChanged),
                (3, Some(2), MailKind::ConfirmEmailChange),
                (4, None, MailKind::PasswordChanged),
            ];
            for (number, person, kind) in mails {
                let mail = NewMail {
                    id: horizon_auth_core::domain::ids::MailId::mint(NOW, [number; 10]),
                    tenant: home(),
                    email: new_user(1).email,
                    kind,
                    user: person.map(user_id),
                    locale: None,
                    created_at: NOW,
                    expires_at: NOW + LIFE,
                };
                tx.insert_mail(&mail).await.unwrap();
            }
            let ana = user_id(1);
            assert_eq!(tx.delete_mails_about(&elsewhere(), ana, None).await.unwrap(), 0);
            let confirm = Some(MailKind::ConfirmEmailChange);
            assert_eq!(tx.delete_mails_about(&home(), ana, confirm).await.unwrap(), 1);
        })
        .await;
        assert_eq!(database.number(count).await, 3);

        let rest = write(&database.store, async |tx| {
            tx.delete_mails_about(&home(), user_id(1), None).await.unwrap()
        })
        .await;

        assert_eq!(rest, 1);
        assert_eq!(database.number(count).await, 2);
    };
}
