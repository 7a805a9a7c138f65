//! Refusing a service that did not prove which one it is.

use crate::auth::Auth;
use crate::domain::client::Client;
use crate::domain::limits::{Counted, Rule};
use crate::error::{Code, Error};

impl Auth {
    /// The refusal of a service with unknown or wrong credentials. Only failures are counted, so nobody who shares
    /// its network can keep a rightful service out.
    pub async fn refuse_client(&self, client: &Client) -> Error {
        let now = self.now();
        // Services belong to no tenant.
        let counted = Counted::Network(&self.policy().default_tenant, client.network());
        match self.limit(Rule::ClientAuthentication, counted, now).await {
            Ok(()) => Code::ClientInvalid.into(),
            Err(error) => error,
        }
    }
}
