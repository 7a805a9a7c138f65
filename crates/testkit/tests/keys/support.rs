//! What the tests of keys share.

use std::time::Duration;

use horizon_auth_core::auth::Auth;
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::key_state::{KeyState, KeyTimes, StoredKey};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{AuthenticateCommand, NextKey};
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::{Kind, Setup, TestAuth};

pub(crate) const ANA: &str = "ana@example.com";
pub(crate) const MOMENT: Duration = Duration::from_millis(1);

/// The last moment at which a wait is not over.
pub(crate) fn just_before(wait: Duration) -> Duration {
    wait.checked_sub(MOMENT).unwrap()
}

/// An engine that changes keys in the database.
pub(crate) async fn engine(kind: Kind) -> TestAuth {
    Setup::new(kind).sealing().start().await
}

pub(crate) fn times(t: &TestAuth) -> KeyTimes {
    KeyTimes::of(t.auth.policy())
}

/// Every key as it is stored, in order of their publication.
pub(crate) async fn stored(t: &TestAuth) -> Vec<StoredKey> {
    let mut db = t.database.store.db().await.unwrap();
    db.list_signing_keys().await.unwrap()
}

/// The id and state of every key, in the same order.
pub(crate) async fn states(t: &TestAuth) -> Vec<(String, KeyState)> {
    let keys = stored(t).await;
    keys.into_iter().map(|key| (key.kid, key.state)).collect()
}

/// The id of the only key in a state.
pub(crate) async fn kid(t: &TestAuth, wanted: KeyState) -> String {
    let keys = states(t).await.into_iter();
    let found: Vec<String> = keys
        .filter(|(_, state)| *state == wanted)
        .map(|(kid, _)| kid)
        .collect();
    let [kid] = found.try_into().unwrap();
    kid
}

/// The ids that a node publishes, the signing one first.
pub(crate) fn published(auth: &Auth) -> Vec<String> {
    auth.jwks()
        .ring()
        .keys()
        .map(|key| key.kid().to_owned())
        .collect()
}

pub(crate) async fn rotate(t: &TestAuth) -> Result<NextKey, Error> {
    t.auth.rotate_key(Some(Algorithm::Es256), &t.client()).await
}

/// Moves the clock and lets the node look after itself.
pub(crate) async fn pass(t: &TestAuth, by: Duration) {
    t.clock.advance(by);
    t.auth.heal().await.unwrap();
}

/// The id of the key that signed a token.
pub(crate) fn signer(token: &str) -> String {
    AccessTokens::key_id(token).unwrap()
}

/// What another node says about a token.
pub(crate) async fn verdict(t: &TestAuth, node: &Auth, token: &str) -> Result<(), Code> {
    let cmd = AuthenticateCommand {
        token,
        tenant: &t.auth.policy().default_tenant,
        client: &t.client(),
    };
    node.authenticate(cmd)
        .await
        .map(drop)
        .map_err(|error| error.code())
}
