//! Roles that a tenant has, and the locks that keep a grant and a removal apart.

use horizon_auth_core::domain::role::{Role, StoredRole};
use horizon_auth_testkit::both_engines;

use super::*;

fn role(name: &str) -> Role {
    Role::parse(name).unwrap()
}

async fn make(database: &Database, tenant: &TenantId, name: &str) -> bool {
    write(&database.store, async |tx| {
        tx.insert_role(tenant, &role(name), NOW).await.unwrap()
    })
    .await
}

async fn delete(database: &Database, tenant: &TenantId, name: &str) -> bool {
    write(&database.store, async |tx| {
        tx.lock_role(tenant, &role(name)).await.unwrap() && tx.delete_role(tenant, &role(name)).await.unwrap()
    })
    .await
}

async fn names(database: &Database, tenant: &TenantId) -> Vec<String> {
    let listed = read(&database.store).await.list_roles(tenant).await.unwrap();
    listed.into_iter().map(|stored| stored.role.to_string()).collect()
}

both_engines! {
    a_role_is_made_once_in_its_tenant => |kind| async move {
        let database = person(kind).await;

        assert!(make(&database, &home(), "editor").await);
        assert!(!make(&database, &home(), "editor").await);

        assert_eq!(names(&database, &home()).await, ["editor"]);
        assert!(names(&database, &elsewhere()).await.is_empty());
        assert!(make(&database, &elsewhere(), "editor").await, "each tenant has its own");
    };

    roles_are_listed_by_name_with_those_who_have_them => |kind| async move {
        let database = person(kind).await;
        for name in ["b", "a_b", "a:c", "a-d", "a"] {
            make(&database, &home(), name).await;
        }
        write(&database.store, async |tx| {
            assert!(tx.insert_user(&new_user(2)).await.unwrap());
            for user in [1, 2] {
                tx.insert_user_role(&home(), user_id(user), &role("b"), NOW).await.unwrap();
            }
            tx.insert_user_role(&home(), user_id(1), &role("a"), NOW).await.unwrap();
        })
        .await;

        let listed = read(&database.store).await.list_roles(&home()).await.unwrap();

        let found: Vec<_> = listed.iter().map(|stored| (stored.role.as_str(), stored.holders)).collect();
        assert_eq!(found, [("a", 1), ("a-d", 0), ("a:c", 0), ("a_b", 0), ("b", 2)]);
        let StoredRole { created_at, .. } = listed[0];
        assert_eq!(created_at, NOW);
    };

    a_role_for_everybody_is_made_where_it_is_missing => |kind| async move {
        let database = person(kind).await;
        make(&database, &home(), "user").await;

        for _ in 0..2 {
            write(&database.store, async |tx| {
                tx.insert_role_everywhere(&role("user"), NOW + MILLISECOND).await.unwrap();
            })
            .await;
        }

        for tenant in [home(), elsewhere()] {
            assert_eq!(names(&database, &tenant).await, ["user"]);
        }
        let kept = "SELECT COUNT(*) FROM roles WHERE tenant_id = 'home' AND created_at = 1800000000000";
        assert_eq!(database.number(kept).await, 1, "the one that was there is left alone");
    };

    only_a_role_of_the_tenant_can_be_shared_or_locked => |kind| async move {
        let database = person(kind).await;
        make(&database, &home(), "editor").await;

        write(&database.store, async |tx| {
            assert!(tx.share_role(&home(), &role("editor")).await.unwrap());
            assert!(!tx.share_role(&home(), &role("other")).await.unwrap());
            assert!(!tx.share_role(&elsewhere(), &role("editor")).await.unwrap());
        })
        .await;
        write(&database.store, async |tx| {
            assert!(tx.lock_role(&home(), &role("editor")).await.unwrap());
            assert!(!tx.lock_role(&home(), &role("other")).await.unwrap());
            assert!(!tx.lock_role(&elsewhere(), &role("editor")).await.unwrap());
        })
        .await;
    };

    a_role_goes_only_when_nobody_has_it => |kind| async move {
        let database = person(kind).await;
        make(&database, &home(), "editor").await;
        make(&database, &elsewhere(), "editor").await;
        write(&database.store, async |tx| {
            tx.insert_user_role(&home(), user_id(1), &role("editor"), NOW).await.unwrap();
        })
        .await;

        assert!(!delete(&database, &home(), "editor").await, "somebody has it");
        assert!(!delete(&database, &home(), "other").await, "there is none");
        assert!(delete(&database, &elsewhere(), "editor").await, "who has it elsewhere does not matter");
        write(&database.store, async |tx| tx.delete_user_roles(&home(), user_id(1)).await.unwrap()).await;
        assert!(delete(&database, &home(), "editor").await);
        assert!(names(&database, &home()).await.is_empty());
    };
}
