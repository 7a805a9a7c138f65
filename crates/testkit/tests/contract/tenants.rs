use horizon_auth_testkit::both_engines;

use super::*;

pub(super) async fn disable(database: &Database, tenant: &TenantId, now: Timestamp) -> Option<i64> {
    write(&database.store, async |tx| {
        tx.disable_tenant(tenant, now).await.unwrap()
    })
    .await
}

pub(super) async fn enable(database: &Database, tenant: &TenantId) -> bool {
    write(&database.store, async |tx| {
        tx.enable_tenant(tenant).await.unwrap()
    })
    .await
}

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
        let later = Timestamp::from_millis(1_800_000_000_007);

        let first = disable(&database, &home(), later).await;
        let second = disable(&database, &home(), later + LIFE).await;

        let found = read(&database.store).await.find_tenant(&home()).await.unwrap().unwrap();
        assert_eq!(found.disabled_at, Some(later), "since the first time");
        assert_eq!((first, second), (Some(2), Some(3)), "each time everything is made old");
        let other = read(&database.store).await.find_tenant(&elsewhere()).await.unwrap().unwrap();
        assert_eq!(other.disabled_at, None);
        assert_eq!(database.number("SELECT token_epoch FROM tenants WHERE id = 'elsewhere'").await, 1);
    };

    a_tenant_is_enabled_once_and_keeps_its_epoch => |kind| async move {
        let database = tenants(kind).await;
        disable(&database, &home(), NOW).await;

        assert!(enable(&database, &home()).await);
        assert!(!enable(&database, &home()).await);

        let found = read(&database.store).await.find_tenant(&home()).await.unwrap().unwrap();
        assert_eq!(found.disabled_at, None);
        assert_eq!(database.number("SELECT token_epoch FROM tenants WHERE id = 'home'").await, 2);
    };

    a_tenant_that_is_not_there_is_neither_disabled_nor_enabled => |kind| async move {
        let database = tenants(kind).await;
        let nobody = TenantId::parse("nobody").unwrap();

        assert_eq!(disable(&database, &nobody, NOW).await, None);
        assert!(!enable(&database, &nobody).await);
    };

    tenants_are_listed_by_name_whatever_the_language_of_the_database => |kind| async move {
        let database = Database::fresh(kind).await;
        for name in ["b", "a-b", "ab", "a", "0"] {
            let tenant = TenantId::parse(name).unwrap();
            write(&database.store, async |tx| assert!(tx.insert_tenant(&tenant, NOW).await.unwrap())).await;
        }
        disable(&database, &TenantId::parse("ab").unwrap(), NOW).await;

        let listed = read(&database.store).await.list_tenants().await.unwrap();

        let seen: Vec<_> = listed.iter().map(|tenant| (tenant.id.as_str(), tenant.disabled_at)).collect();
        assert_eq!(seen, [("0", None), ("a", None), ("a-b", None), ("ab", Some(NOW)), ("b", None)]);
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
