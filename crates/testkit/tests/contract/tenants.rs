use horizon_auth_testkit::both_engines;

use super::*;

both_engines! {
    a_tenant_is_found_as_it_was_made => |kind| async move {
        let database = Database::fresh(kind).await;

        let made = write(&database.store, async |tx| tx.insert_tenant(&home(), NOW).await.unwrap()).await;

        assert!(made);
        let found = read(&database.store).await.find_tenant(&home()).await.unwrap().unwrap();
        assert_eq!((found.id, found.created_at, found.disabled_at), (home(), NOW, None));
        assert_eq!(read(&database.store).await.find_tenant(&elsewhere()).await.unwrap(), None);
    };

    a_second_tenant_of_a_name_is_refused_and_changes_nothing => |kind| async move {
        let database = tenants(kind).await;

        let again = write(&database.store, async |tx| {
            tx.insert_tenant(&home(), NOW + LIFE).await.unwrap()
        })
        .await;

        assert!(!again);
        let found = read(&database.store).await.find_tenant(&home()).await.unwrap().unwrap();
        assert_eq!(found.created_at, NOW);
        assert_eq!(database.number("SELECT COUNT(*) FROM tenants").await, 2);
    };

    a_disabled_tenant_says_since_when => |kind| async move {
        let database = tenants(kind).await;

        database.execute("UPDATE tenants SET disabled_at = 1800000000007 WHERE id = 'home'").await;

        let found = read(&database.store).await.find_tenant(&home()).await.unwrap().unwrap();
        assert_eq!(found.disabled_at, Some(Timestamp::from_millis(1_800_000_000_007)));
    };

    a_tenant_name_that_cannot_be_one_is_corrupt => |kind| async move {
        let database = person(kind).await;

        database.execute("INSERT INTO tenants (id, created_at) VALUES ('No Name', 0)").await;
        database.execute("UPDATE users SET tenant_id = 'No Name'").await;
        database.execute(
            "INSERT INTO revocations (kind, subject, min_epoch, tenant_id, created_at, expires_at)
             SELECT 'user', id, 1, tenant_id, 0, 1900000000000 FROM users",
        ).await;

        let error = read(&database.store).await.list_revocations(NOW).await.unwrap_err();
        assert!(error.is_corrupt(), "{error:?}");
    };
}
