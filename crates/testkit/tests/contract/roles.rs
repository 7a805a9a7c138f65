use horizon_auth_core::domain::role::Role;
use horizon_auth_testkit::both_engines;

use super::*;

fn role(name: &str) -> Role {
    Role::parse(name).unwrap()
}

async fn give(database: &Database, tenant: &TenantId, name: &str) {
    write(&database.store, async |tx| {
        tx.insert_user_role(tenant, user_id(1), &role(name), NOW)
            .await
            .unwrap();
    })
    .await;
}

async fn roles(database: &Database) -> Vec<Role> {
    let mut db = read(&database.store).await;
    db.find_user(&home(), user_id(1)).await.unwrap().unwrap().roles
}

/// Bytes and languages disagree about the order of these.
const NAMES: [&str; 7] = ["b", "a_b", "a:c", "ab", "a-d", "a.e", "a"];

fn sorted() -> Vec<Role> {
    let mut names: Vec<Role> = NAMES.iter().map(|name| role(name)).collect();
    names.sort();
    names
}

both_engines! {
    roles_come_back_sorted => |kind| async move {
        let database = person(kind).await;

        for name in NAMES {
            give(&database, &home(), name).await;
        }

        assert_eq!(roles(&database).await, sorted());
    };

    roles_come_back_sorted_whatever_language_the_database_speaks => |kind| async move {
        let database = signed_in(kind).await;
        if kind == Kind::Postgres {
            // As in a database made with a locale other than "C".
            database
                .execute("ALTER TABLE user_roles ALTER COLUMN role TYPE TEXT COLLATE \"und-x-icu\"")
                .await;
        }

        for name in NAMES {
            give(&database, &home(), name).await;
        }

        assert_eq!(roles(&database).await, sorted());
        let outcome = database.store.rotate_refresh_token(&rotation(1, 2)).await.unwrap();
        let RotationOutcome::Rotated(rotated) = outcome else { panic!("the token is live") };
        assert_eq!(rotated.user.roles, sorted());
    };

    a_role_given_twice_is_held_once => |kind| async move {
        let database = person(kind).await;

        give(&database, &home(), "admin").await;
        give(&database, &home(), "admin").await;

        assert_eq!(roles(&database).await, [role("admin")]);
        assert_eq!(database.number("SELECT COUNT(*) FROM user_roles").await, 1);
    };

    a_role_given_in_another_tenant_does_nothing => |kind| async move {
        let database = person(kind).await;

        give(&database, &elsewhere(), "admin").await;

        assert!(roles(&database).await.is_empty());
        assert_eq!(database.number("SELECT COUNT(*) FROM user_roles").await, 0);
        give(&database, &home(), "admin").await;
        assert_eq!(roles(&database).await, [role("admin")], "nothing stands in the way afterwards");
    };

    all_roles_are_taken_away_in_their_tenant_only => |kind| async move {
        let database = person(kind).await;
        give(&database, &home(), "admin").await;
        give(&database, &home(), "user").await;

        let elsewhere = write(&database.store, async |tx| tx.delete_user_roles(&elsewhere(), user_id(1)).await).await;
        let nobody = write(&database.store, async |tx| tx.delete_user_roles(&home(), user_id(9)).await).await;
        let taken = write(&database.store, async |tx| tx.delete_user_roles(&home(), user_id(1)).await).await;

        assert_eq!((elsewhere.unwrap(), nobody.unwrap(), taken.unwrap()), (0, 0, 2));
        assert!(roles(&database).await.is_empty());
    };

    a_role_name_that_cannot_be_one_is_corrupt => |kind| async move {
        let database = person(kind).await;
        give(&database, &home(), "admin").await;

        database.execute("UPDATE user_roles SET role = 'Not A Role'").await;

        let error = read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap_err();
        assert!(error.is_corrupt(), "{error:?}");
    };
}
