//! Properties of tenancy: nobody is without a tenant, nobody changes it.

use std::collections::BTreeMap;

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::user::NewUser;
use horizon_auth_core::ports::store::{Store as _, Tx};
use horizon_auth_testkit::{Database, Kind};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::Connection as _;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const CASES: u32 = 128;

/// What happens to a user after registration.
#[derive(Clone, Copy, Debug)]
enum Change {
    Nothing,
    Epoch,
    Credentials,
    Taken,
}

/// Some tenants and, in order, who is registered in which of them and what happens then.
#[derive(Clone, Debug)]
struct Story {
    tenants: Vec<String>,
    users: Vec<(prop::sample::Index, String, [u8; 10], Change)>,
}

fn stories() -> impl Strategy<Value = Story> {
    let tenants = prop::collection::btree_set("[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", 1..4);
    let change = prop_oneof![
        Just(Change::Nothing),
        Just(Change::Epoch),
        Just(Change::Credentials),
        Just(Change::Taken)
    ];
    // Few names, so that tenants share addresses and addresses are taken.
    let user = (
        any::<prop::sample::Index>(),
        "[a-cA-C]{1,2}",
        any::<[u8; 10]>(),
        change,
    );
    (tenants, prop::collection::vec(user, 1..8)).prop_map(|(tenants, users)| Story {
        tenants: tenants.into_iter().collect(),
        users,
    })
}

/// Plays a story in one transaction; who should be in which tenant afterwards.
async fn play(tx: &mut dyn Tx, story: &Story) -> BTreeMap<UserId, TenantId> {
    let mut expected = BTreeMap::new();
    let tenants: Vec<TenantId> = story
        .tenants
        .iter()
        .map(|name| TenantId::parse(name).unwrap())
        .collect();
    for tenant in &tenants {
        tx.insert_tenant(tenant, NOW).await.unwrap();
    }
    for (tenant, name, random, change) in &story.users {
        let new = NewUser {
            id: UserId::mint(NOW, *random),
            tenant: tenant.get(&tenants).clone(),
            email: Email::parse(&format!("{name}@example.com")).unwrap(),
            full_name: None,
            locale: None,
            email_verified_at: None,
            created_at: NOW,
        };
        if expected.contains_key(&new.id) || !tx.insert_user(&new).await.unwrap() {
            continue;
        }
        expected.insert(new.id, new.tenant.clone());
        match change {
            Change::Nothing => {}
            Change::Epoch => {
                tx.advance_token_epoch(&new.tenant, new.id, NOW).await.unwrap();
            }
            Change::Credentials => {
                tx.advance_credentials(&new.tenant, new.id, NOW).await.unwrap();
            }
            Change::Taken => {
                let id = UserId::mint(NOW, random.map(|byte| !byte));
                let taken = tx.insert_user(&NewUser { id, ..new }).await.unwrap();
                assert!(!taken, "the address has an account");
            }
        }
    }
    expected
}

/// Every user row of the database with its tenant, empty if there is none.
async fn rows(database: &Database) -> BTreeMap<UserId, String> {
    const USERS: &str = "SELECT id, COALESCE(tenant_id, '') FROM users";
    let rows: Vec<(uuid::Uuid, String)> = match database.kind {
        Kind::Sqlite => {
            let mut conn = sqlx::SqliteConnection::connect(&database.url).await.unwrap();
            sqlx::query_as(USERS).fetch_all(&mut conn).await.unwrap()
        }
        Kind::Postgres => {
            let mut conn = sqlx::PgConnection::connect(&database.url).await.unwrap();
            sqlx::query_as(USERS).fetch_all(&mut conn).await.unwrap()
        }
    };
    rows.into_iter()
        .map(|(id, tenant)| (UserId::from_uuid(id), tenant))
        .collect()
}

async fn holds(database: &Database, story: &Story) -> Result<(), TestCaseError> {
    database.execute("DELETE FROM users").await;
    database.execute("DELETE FROM tenants").await;
    let mut tx = database.store.begin().await.unwrap();
    let expected = play(&mut *tx, story).await;
    tx.commit().await.unwrap();

    let stored = rows(database).await;

    prop_assert_eq!(stored.len(), expected.len());
    let mut db = database.store.db().await.unwrap();
    for (id, tenant) in &expected {
        prop_assert_eq!(stored.get(id).map(String::as_str), Some(tenant.as_str()));
        for name in &story.tenants {
            let seen_from = TenantId::parse(name).unwrap();
            let found = db.find_user(&seen_from, *id).await.unwrap();
            prop_assert_eq!(
                found.map(|user| user.tenant),
                (seen_from == *tenant).then_some(seen_from)
            );
        }
    }
    Ok(())
}

/// Feature: horizon-auth-npm-package, Property 15: User Tenant Assignment
fn every_user_belongs_to_the_tenant_it_was_made_in(kind: Kind) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(Database::fresh(kind));
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });

    let outcome = runner.run(&stories(), |story| runtime.block_on(holds(&database, &story)));

    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Feature: horizon-auth-npm-package, Property 15: User Tenant Assignment
#[test]
fn every_user_of_sqlite_belongs_to_the_tenant_it_was_made_in() {
    every_user_belongs_to_the_tenant_it_was_made_in(Kind::Sqlite);
}

/// Feature: horizon-auth-npm-package, Property 15: User Tenant Assignment
#[test]
fn every_user_of_postgres_belongs_to_the_tenant_it_was_made_in() {
    every_user_belongs_to_the_tenant_it_was_made_in(Kind::Postgres);
}

#[tokio::test]
async fn neither_engine_stores_a_user_without_a_tenant() {
    for kind in Kind::ALL {
        let database = Database::fresh(kind).await;
        database
            .execute("INSERT INTO tenants (id, created_at) VALUES ('home', 1)")
            .await;
        let mut tx = database.store.begin().await.unwrap();
        let new = NewUser {
            id: UserId::mint(NOW, [1; 10]),
            tenant: TenantId::parse("home").unwrap(),
            email: Email::parse("ana@example.com").unwrap(),
            full_name: None,
            locale: None,
            email_verified_at: None,
            created_at: NOW,
        };
        assert!(tx.insert_user(&new).await.unwrap());
        tx.commit().await.unwrap();

        let removed = remove_tenant(&database).await.unwrap_err();

        assert!(
            matches!(&removed, sqlx::Error::Database(e) if e.kind() == sqlx::error::ErrorKind::NotNullViolation)
        );
    }
}

async fn remove_tenant(database: &Database) -> Result<(), sqlx::Error> {
    const REMOVE: &str = "UPDATE users SET tenant_id = NULL";
    match database.kind {
        Kind::Sqlite => {
            let mut conn = sqlx::SqliteConnection::connect(&database.url).await?;
            sqlx::query(REMOVE).execute(&mut conn).await?;
        }
        Kind::Postgres => {
            let mut conn = sqlx::PgConnection::connect(&database.url).await?;
            sqlx::query(REMOVE).execute(&mut conn).await?;
        }
    }
    Ok(())
}
