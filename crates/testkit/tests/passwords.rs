//! Passwords from outside: what is accepted as a new one, and what stored hashes of any origin can do.

#[path = "passwords/blocklist.rs"]
mod blocklist;
#[path = "passwords/breaches.rs"]
mod breaches;
#[path = "canary/capture.rs"]
mod capture;
#[path = "passwords/guide.rs"]
mod guide;
#[path = "passwords/hostile.rs"]
mod hostile;
#[path = "passwords/list.rs"]
mod list;
#[path = "passwords/rehash.rs"]
mod rehash;

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::{Answer, TestApp, TestAuth};
use serde_json::{Value, json};

const ANA: &str = "ana@example.com";
/// What the fixtures register with.
const PASSWORD: &str = "correct horse battery staple";

fn credentials(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

async fn register(app: &TestApp, email: &str, password: &str) -> Answer {
    app.post("/auth/register", credentials(email, password)).await
}

async fn login(app: &TestApp, password: &str) -> Answer {
    app.post("/auth/login", credentials(ANA, password)).await
}

fn tenant() -> TenantId {
    TenantId::parse("default").unwrap()
}

/// Stores a hash behind the engine's back, as an import or a restored backup does.
async fn put_hash(engine: &TestAuth, user: UserId, hash: &str) {
    let mut tx = engine.database.store.begin().await.unwrap();
    let hash = PasswordHash::new(hash.to_owned());
    tx.put_password(&tenant(), user, &hash, Timestamp::from_millis(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// The stored hash of the person with this address.
async fn stored_hash(engine: &TestAuth, email: &str) -> String {
    let mut db = engine.database.store.db().await.unwrap();
    let email = Email::parse(email).unwrap();
    let login = db.find_login(&tenant(), &email).await.unwrap().unwrap();
    login.password.unwrap().as_str().to_owned()
}
