//! Fixtures of the store contract: two tenants, people with small numbers, instants around [`NOW`].
//!
//! What a port cannot show (a row of the audit table, a disabled account) is
//! read or made behind the store's back.

mod audit;
mod audit_search;
mod connections;
mod keys;
mod one_time_tokens;
mod outbox;
mod outside_changes;
mod passwords;
mod refresh_tokens;
mod revocations;
mod roles;
mod roles_granted;
mod rotation;
mod rotation_refused;
mod sessions;
mod sessions_live;
mod sweep;
mod tenants;
mod tenants_disabled;
mod transactions;
mod users;
mod users_found;
mod users_life;

use std::time::Duration;

use horizon_auth_core::domain::audit::{AuditRow, Event};
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::{EventId, RequestId, SessionId, UserId};
use horizon_auth_core::domain::refresh::{ReplayBox, RetryTag, Rotation, RotationOutcome, TokenState};
use horizon_auth_core::domain::session::{NewRefreshToken, NewSession};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::domain::token::{Digest, Refresh};
use horizon_auth_core::domain::user::NewUser;
use horizon_auth_core::ports::store::{Db, Store, Tx};
use horizon_auth_testkit::{Database, Kind};

/// The instant at which everything happens unless a test says otherwise.
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// How long a refresh token lives unused.
const IDLE: Duration = Duration::from_secs(600);
/// How long a session lives.
const LIFE: Duration = Duration::from_secs(3600);
const MILLISECOND: Duration = Duration::from_millis(1);

/// The tenant in which everybody lives.
fn home() -> TenantId {
    TenantId::parse("home").unwrap()
}

/// A tenant in which nobody lives.
fn elsewhere() -> TenantId {
    TenantId::parse("elsewhere").unwrap()
}

fn user_id(number: u8) -> UserId {
    UserId::mint(NOW, [number; 10])
}

fn session_id(number: u8) -> SessionId {
    SessionId::mint(NOW, [number; 10])
}

fn digest(number: u8) -> Digest<Refresh> {
    Digest::from_bytes([number; 32])
}

fn client() -> Client {
    let request = RequestId::mint(NOW, [1; 10]);
    Client::new([192, 0, 2, 1].into(), Some("contract/1.0"), request)
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn new_user(number: u8) -> NewUser {
    NewUser {
        id: user_id(number),
        tenant: home(),
        email: email(&format!("Person{number}@Example.com")),
        full_name: None,
        locale: None,
        email_verified_at: None,
        created_at: NOW,
    }
}

fn new_session(number: u8, user: UserId) -> NewSession {
    NewSession {
        id: session_id(number),
        tenant: home(),
        user,
        cred_version: 1,
        created_at: NOW,
        absolute_expires_at: NOW + LIFE,
        user_agent: Some("contract/1.0".into()),
        ip_hash: None,
        cookie: None,
    }
}

fn new_token(number: u8, session: SessionId) -> NewRefreshToken {
    NewRefreshToken {
        digest: digest(number),
        session,
        tenant: home(),
        issued_at: NOW,
        idle_expires_at: NOW + IDLE,
    }
}

/// Trades token `parent` for token `child` one second after `NOW`.
fn rotation(parent: u8, child: u8) -> Rotation {
    let now = NOW + Duration::from_secs(1);
    let id = EventId::mint(now, [child; 10]);
    Rotation {
        parent: digest(parent),
        child: digest(child),
        tenant: home(),
        now,
        idle_expires_at: now + IDLE,
        replay_box: ReplayBox(vec![child; 60]),
        replay_until: now + Duration::from_secs(60),
        retry_tag: Some(RetryTag([child; 32])),
        audit: AuditRow::new(id, now, Event::TokenRefreshed, &home(), &client()),
    }
}

/// A migrated database with two tenants.
async fn tenants(kind: Kind) -> Database {
    let database = Database::fresh(kind).await;
    write(&database.store, async |tx| {
        assert!(tx.insert_tenant(&home(), NOW).await.unwrap());
        assert!(tx.insert_tenant(&elsewhere(), NOW).await.unwrap());
    })
    .await;
    database
}

/// The same with person 1.
async fn person(kind: Kind) -> Database {
    let database = tenants(kind).await;
    write(&database.store, async |tx| {
        assert!(tx.insert_user(&new_user(1)).await.unwrap());
    })
    .await;
    database
}

/// The same with session 1 of that person and its first token, 1.
async fn signed_in(kind: Kind) -> Database {
    let database = person(kind).await;
    begin_session(&database, 1).await;
    database
}

/// Begins session `number` of person 1 with token `number`.
async fn begin_session(database: &Database, number: u8) {
    write(&database.store, async |tx| {
        assert!(
            tx.insert_session(&new_session(number, user_id(1)))
                .await
                .unwrap()
                .is_some()
        );
        tx.insert_refresh_token(&new_token(number, session_id(number)))
            .await
            .unwrap();
    })
    .await;
}

/// Does something in a transaction and commits it.
async fn write<T>(store: &dyn Store, work: impl AsyncFnOnce(&mut dyn Tx) -> T) -> T {
    let mut tx = store.begin().await.unwrap();
    let done = work(&mut *tx).await;
    tx.commit().await.unwrap();
    done
}

/// A connection for reads.
async fn read(store: &dyn Store) -> Box<dyn Db> {
    store.db().await.unwrap()
}

/// Token `number` as it stands.
async fn state(database: &Database, number: u8) -> TokenState {
    let found = read(&database.store)
        .await
        .find_token_state(&digest(number))
        .await;
    found.unwrap().expect("the token is known")
}

/// Whether the storage made the trade.
async fn rotates(store: &dyn Store, rotation: &Rotation) -> bool {
    match store.rotate_refresh_token(rotation).await.unwrap() {
        RotationOutcome::Rotated(_) => true,
        RotationOutcome::Refused { .. } => false,
    }
}
