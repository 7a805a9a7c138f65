//! Telling another service whether a credential is good (RFC 7662).

use crate::auth::Auth;
use crate::domain::introspection::Introspection;
use crate::domain::token::{Secret, SessionCookie};
use crate::error::{Code, Error};

impl Auth {
    /// What an access token or the secret of a session cookie stands for; `None` if it is not good, whatever
    /// the reason. Of no tenant: whoever asks compares `tenantId` with its own.
    ///
    /// # Errors
    /// `unavailable` when it cannot be known.
    pub async fn introspect(&self, credential: &str) -> Result<Option<Introspection>, Error> {
        let now = self.now();
        if let Some(cookie) = Secret::<SessionCookie>::parse(credential) {
            let known = match self.known_session(&cookie, now).await {
                Ok(known) => known,
                Err(error) if is_refusal(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            let policy = self.policy();
            // Whoever is seen by an application is seen: the shared session does not die of idleness meanwhile.
            let session = self.used(&known, now);
            return Ok(Some(Introspection::of_session(
                &session,
                &policy.issuer,
                &policy.audience,
            )));
        }
        let Ok(token) = self.tokens().verify(credential, now) else {
            return Ok(None);
        };
        if token.life != self.life().current()? || self.denylist().is_denied(&token.subject(), now).await? {
            return Ok(None);
        }
        Ok(Some(Introspection::of_token(&token)))
    }
}

fn is_refusal(error: &Error) -> bool {
    matches!(error.code(), Code::SessionInvalid | Code::SessionEnded)
}
