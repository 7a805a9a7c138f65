//! Accounts as an operator finds, lists, switches and deletes them.

use horizon_auth_core::domain::user::DisableReason;
use horizon_auth_testkit::both_engines;

use super::*;

/// Persons 1 to `count`, inserted backwards.
async fn people(kind: Kind, count: u8) -> Database {
    let database = tenants(kind).await;
    write(&database.store, async |tx| {
        for number in (1..=count).rev() {
            assert!(tx.insert_user(&new_user(number)).await.unwrap());
        }
    })
    .await;
    database
}

async fn page(database: &Database, after: Option<u8>, limit: i64) -> Vec<UserId> {
    let mut db = read(&database.store).await;
    let page = db.list_users(&home(), after.map(user_id), limit).await.unwrap();
    page.into_iter().map(|user| user.id).collect()
}

async fn disabled_by(database: &Database) -> Option<DisableReason> {
    let mut db = read(&database.store).await;
    db.find_user(&home(), user_id(1))
        .await
        .unwrap()
        .unwrap()
        .disabled_by
}

both_engines! {
    users_are_listed_in_the_order_of_their_ids_page_by_page => |kind| async move {
        let database = people(kind, 5).await;

        assert_eq!(page(&database, None, 2).await, [user_id(1), user_id(2)]);
        assert_eq!(page(&database, Some(2), 2).await, [user_id(3), user_id(4)]);
        assert_eq!(page(&database, Some(4), 2).await, [user_id(5)]);
        assert!(page(&database, Some(5), 2).await.is_empty());
    };

    users_of_other_tenants_are_not_listed => |kind| async move {
        let database = people(kind, 2).await;
        let mut db = read(&database.store).await;

        assert!(db.list_users(&elsewhere(), None, 10).await.unwrap().is_empty());
    };

    a_user_is_found_by_any_spelling_of_the_address_with_roles => |kind| async move {
        let database = person(kind).await;
        let by_id = read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap();
        let mut db = read(&database.store).await;

        for spelling in ["person1@example.com", "PERSON1@EXAMPLE.COM"] {
            let found = db.find_user_by_email(&home(), &email(spelling)).await.unwrap();
            assert_eq!(found, by_id, "{spelling}");
        }
        assert_eq!(db.find_user_by_email(&elsewhere(), &email("person1@example.com")).await.unwrap(), None);
        assert_eq!(db.find_user_by_email(&home(), &email("person2@example.com")).await.unwrap(), None);
    };

    the_tenant_of_an_id_is_found_whichever_it_is => |kind| async move {
        let database = person(kind).await;
        let mut db = read(&database.store).await;

        assert_eq!(db.find_user_tenant(user_id(1)).await.unwrap(), Some(home()));
        assert_eq!(db.find_user_tenant(user_id(2)).await.unwrap(), None);
    };

    a_login_is_found_by_id_as_by_address => |kind| async move {
        let database = person(kind).await;
        let mut db = read(&database.store).await;
        let by_address = db.find_login(&home(), &new_user(1).email).await.unwrap().unwrap();

        let by_id = db.find_login_of(&home(), user_id(1)).await.unwrap().unwrap();

        assert_eq!((by_id.user, by_id.cred_version), (by_address.user, by_address.cred_version));
        assert!(by_id.password.is_none() && by_id.disabled.is_none() && !by_id.email_verified);
        assert!(db.find_login_of(&elsewhere(), user_id(1)).await.unwrap().is_none());
        assert!(db.find_login_of(&home(), user_id(2)).await.unwrap().is_none());
    };

    an_operator_switches_off_over_the_owner_and_never_the_other_way_round => |kind| async move {
        use DisableReason::{Operator, Owner};
        let database = person(kind).await;
        let off = async |reason| {
            write(&database.store, async |tx| tx.disable_user(&home(), user_id(1), reason, NOW).await.unwrap()).await
        };
        let on = async |reason| {
            write(&database.store, async |tx| tx.enable_user(&home(), user_id(1), reason, NOW).await.unwrap()).await
        };

        assert!(!on(None).await, "it is on");
        assert!(off(Owner).await && !off(Owner).await);
        assert!(off(Operator).await && !off(Operator).await && !off(Owner).await);
        assert_eq!(disabled_by(&database).await, Some(Operator));
        assert!(!on(Some(Owner)).await, "the owner may not");
        assert!(on(Some(Operator)).await);
        assert_eq!(disabled_by(&database).await, None);
        assert!(off(Owner).await && on(None).await, "an operator may, whoever it was");
    };

    nobody_switches_a_user_of_another_tenant => |kind| async move {
        let database = person(kind).await;
        write(&database.store, async |tx| {
            assert!(!tx.disable_user(&elsewhere(), user_id(1), DisableReason::Operator, NOW).await.unwrap());
            assert!(tx.disable_user(&home(), user_id(1), DisableReason::Operator, NOW).await.unwrap());
            assert!(!tx.enable_user(&elsewhere(), user_id(1), None, NOW).await.unwrap());
        })
        .await;

        assert_eq!(disabled_by(&database).await, Some(DisableReason::Operator));
    };
}
