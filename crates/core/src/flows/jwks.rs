//! The public keys, for anybody who verifies tokens (RFC 7517).

use crate::auth::Auth;
use crate::crypto::keyring::Jwks;

impl Auth {
    /// The rendered key set with its entity tag. Made once at start.
    #[must_use]
    pub fn jwks(&self) -> &Jwks {
        self.tokens().ring().jwks()
    }
}
