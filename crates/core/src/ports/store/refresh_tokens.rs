use async_trait::async_trait;

use super::Result;
use crate::domain::ids::UserId;
use crate::domain::refresh::TokenState;
use crate::domain::session::NewRefreshToken;
use crate::domain::tenant::TenantId;
use crate::domain::token::{Digest, Refresh};

/// Refresh tokens. They are found by digest alone: a digest belongs to one tenant, and the answer names it.
#[async_trait]
pub trait RefreshTokens {
    /// Stores the first token of a session.
    async fn insert_refresh_token(&mut self, new: &NewRefreshToken) -> Result<()>;

    /// Whose token this is.
    async fn find_refresh_owner(&mut self, token: &Digest<Refresh>) -> Result<Option<(TenantId, UserId)>>;

    /// Locks the user and the session of the token, in that order.
    async fn lock_refresh_family(&mut self, token: &Digest<Refresh>) -> Result<()>;

    /// The token, its session and its child, as they stand now.
    async fn find_token_state(&mut self, token: &Digest<Refresh>) -> Result<Option<TokenState>>;

    /// Notes that the child of this token is handed out once more.
    async fn count_replay(&mut self, token: &Digest<Refresh>) -> Result<()>;
}
