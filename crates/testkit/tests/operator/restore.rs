//! Another life of the database. The whole way with real backups is in `server/tests/program/restored.rs`.

use horizon_auth_core::error::{Code, Error};
use horizon_auth_testkit::{Setup, TestAuth, both_engines};

/// What becomes of a token.
async fn code(t: &TestAuth, token: &str) -> Option<Code> {
    t.authenticate(token).await.err().map(|error| error.code())
}

both_engines! {
    what_runs_on_while_the_database_is_restored_decides_nothing_any_more => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;

        t.outsider().settle_restore(&t.client()).await.unwrap();
        let healed = t.auth.heal().await;

        assert_eq!(healed.map_err(|error| error.code()), Err(Code::Unavailable));
        assert_eq!(code(&t, &ana.access_token).await, Some(Code::Unavailable));
        assert!(!t.auth.health().await.is_ready());
    };

    a_node_of_the_new_life_refuses_tokens_of_the_old_one_and_issues_its_own => |kind| async move {
        let t = Setup::new(kind).sealing().start().await;
        let ana = t.signed_in("ana@example.com").await;

        let settled = t.outsider().settle_restore(&t.client()).await.unwrap();
        let node = t.twin().await;

        assert_eq!((settled.sessions, settled.users, settled.tenants), (1, 1, 1));
        assert_eq!((settled.revoked_keys.len(), settled.signs.is_some()), (1, true));
        assert!(settled.newest_event_at.is_some());
        // Its key is not in the ring any more either.
        assert_eq!(code(&node, &ana.access_token).await, Some(Code::TokenInvalid));
        let refused = node.refresh(&ana.refresh.secret).await.err().map(|error| error.code());
        assert_eq!(refused, Some(Code::SessionEnded));
        let again = node.login("ana@example.com").await.unwrap();
        assert_eq!(code(&node, &again.access_token).await, None);
        assert!(node.auth.introspect(&again.access_token).await.unwrap().is_some());
    };

    keys_of_files_stay_and_their_tokens_go => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;

        let settled = t.outsider().settle_restore(&t.client()).await.unwrap();
        let node = t.twin().await;

        assert_eq!((settled.revoked_keys.len(), settled.signs), (0, None));
        assert_eq!(settled.configured_keys.len(), 1);
        assert_eq!(code(&node, &ana.access_token).await, Some(Code::TokenRevoked));
        assert_eq!(node.auth.introspect(&ana.access_token).await.unwrap(), None);
        let again = node.login("ana@example.com").await.unwrap();
        assert_eq!(code(&node, &again.access_token).await, None);
    };

    a_token_of_somebody_whom_the_backup_does_not_know_is_refused => |kind| async move {
        let t = TestAuth::on(kind).await;
        let lost = t.signed_in("ana@example.com").await;
        t.database.execute("DELETE FROM users").await;
        assert_eq!(code(&t.twin().await, &lost.access_token).await, None, "nobody looks whether she is there");

        t.outsider().settle_restore(&t.client()).await.unwrap();

        assert_eq!(code(&t.twin().await, &lost.access_token).await, Some(Code::TokenRevoked));
    };

    a_database_whose_keys_need_a_sealing_key_is_not_settled_without_it => |kind| async move {
        let t = Setup::new(kind).sealing().start().await;
        let without = t.unprepared_as(&Setup::new(kind));

        let refused = without.settle_restore(&t.client()).await;

        assert!(matches!(refused, Err(Error::Keys(_))), "{refused:?}");
        assert_eq!(t.database.number("SELECT COUNT(*) FROM lives").await, 0);
    };

    doing_it_again_is_harmless => |kind| async move {
        let t = Setup::new(kind).sealing().start().await;
        t.signed_in("ana@example.com").await;
        let outsider = t.outsider();

        let first = outsider.settle_restore(&t.client()).await.unwrap();
        let second = outsider.settle_restore(&t.client()).await.unwrap();

        assert_eq!((first.sessions, second.sessions), (1, 0));
        assert_eq!(second.revoked_keys, [first.signs.unwrap()]);
        assert_eq!(t.database.number("SELECT COUNT(*) FROM lives").await, 1);
        assert_eq!(t.database.number("SELECT COUNT(*) FROM signing_keys WHERE state = 'active'").await, 1);
    };
}
