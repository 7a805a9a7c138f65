//! What is told about a credential that is believed (RFC 7662 section 2.2), written and read by one type.

use serde::{Deserialize, Serialize};

use super::claims::VerifiedToken;
use super::identity::Identity;
use super::ids::TokenId;
use super::live_session::LiveSession;

/// The kind of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialKind {
    /// An access token.
    Bearer,
    /// The secret of a session cookie.
    #[serde(rename = "session")]
    Session,
}

/// A credential that is good now. `Debug` hides the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introspection {
    /// Who, under the names of access tokens.
    #[serde(flatten)]
    pub identity: Identity,
    /// What it is.
    pub token_type: CredentialKind,
    /// When it ends unless it is used, in seconds since the epoch.
    pub exp: i64,
    /// When it was issued; not known of sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// Id of the token; a session has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<TokenId>,
}

impl Introspection {
    /// Of an access token.
    #[must_use]
    pub fn of_token(token: &VerifiedToken) -> Self {
        Self {
            identity: token.identity.clone(),
            token_type: CredentialKind::Bearer,
            exp: token.exp,
            iat: Some(token.iat),
            iss: token.iss.clone(),
            aud: token.aud.clone(),
            jti: Some(token.jti),
        }
    }

    /// Of a session, under the names of the installation.
    #[must_use]
    pub fn of_session(session: &LiveSession, iss: &str, aud: &str) -> Self {
        Self {
            identity: session.identity.clone(),
            token_type: CredentialKind::Session,
            exp: session.ends_at().seconds(),
            iat: None,
            iss: iss.to_owned(),
            aud: aud.to_owned(),
            jti: None,
        }
    }
}
