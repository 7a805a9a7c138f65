use horizon_auth_testkit::both_engines;

use super::*;

both_engines! {
    an_event_is_stored_with_all_its_circumstances => |kind| async move {
        let database = signed_in(kind).await;
        let row = AuditRow::new(EventId::mint(NOW, [1; 10]), NOW, Event::TokenReuseDetected, &home(), &client())
            .with_user(user_id(1))
            .with_session(session_id(1))
            .with_email(&email("Ana@example.com"));

        write(&database.store, async |tx| tx.insert_audit_event(&row).await.unwrap()).await;

        let stored = database
            .number(
                "SELECT COUNT(*) FROM audit_events WHERE tenant_id = 'home' AND at = 1800000000000
                    AND level = 'error' AND event = 'token_reuse_detected' AND ip = '192.0.2.1'
                    AND email = 'a***@example.com' AND user_agent = 'contract/1.0'
                    AND user_id = (SELECT id FROM users) AND session_id = (SELECT id FROM sessions)",
            )
            .await;
        assert_eq!(stored, 1);
    };

    an_event_about_nobody_leaves_the_rest_empty => |kind| async move {
        let database = Database::fresh(kind).await;
        let caller = Client::new("2001:db8::1".parse().unwrap(), None, RequestId::mint(NOW, [1; 10]));
        let row = AuditRow::new(EventId::mint(NOW, [1; 10]), NOW, Event::LoginFailed, &home(), &caller);

        write(&database.store, async |tx| tx.insert_audit_event(&row).await.unwrap()).await;

        let stored = database
            .number(
                "SELECT COUNT(*) FROM audit_events WHERE user_id IS NULL AND session_id IS NULL
                    AND email IS NULL AND user_agent IS NULL AND ip = '2001:db8::1' AND level = 'warn'",
            )
            .await;
        assert_eq!(stored, 1);
    };

    every_event_can_be_stored => |kind| async move {
        let database = Database::fresh(kind).await;

        write(&database.store, async |tx| {
            for (number, event) in (0..).zip(Event::ALL) {
                let id = EventId::mint(NOW, [number; 10]);
                tx.insert_audit_event(&AuditRow::new(id, NOW, *event, &home(), &client())).await.unwrap();
            }
        })
        .await;

        let names = database.number("SELECT COUNT(DISTINCT event) FROM audit_events").await;
        assert_eq!(names, i64::try_from(Event::ALL.len()).unwrap());
    };

    an_event_is_never_overwritten => |kind| async move {
        let database = Database::fresh(kind).await;
        let row = AuditRow::new(EventId::mint(NOW, [1; 10]), NOW, Event::LoggedOut, &home(), &client());
        write(&database.store, async |tx| tx.insert_audit_event(&row).await.unwrap()).await;

        let mut tx = database.store.begin().await.unwrap();
        let again = AuditRow { event: Event::Registered, ..row };
        let error = tx.insert_audit_event(&again).await.unwrap_err();
        drop(tx);

        assert!(error.is_corrupt(), "{error:?}");
        let kept = database.number("SELECT COUNT(*) FROM audit_events WHERE event = 'logged_out'").await;
        assert_eq!(kept, 1);
    };
}
