//! An account switched on again by its owner.

use crate::auth::Auth;
use crate::domain::user::DisableReason;
use crate::error::Error;
use crate::flows::begin_session::{LoggedIn, Means, Opened, SessionOpened};
use crate::flows::login::LoginCommand;

impl Auth {
    /// Logs in to an account that its owner switched off, and switches it on. For any other account it
    /// is a log-in: the same limits, the same work, the same answers.
    ///
    /// # Errors
    /// As [`Auth::login`]; an account that an operator switched off is `invalid_credentials`.
    pub async fn reactivate(&self, cmd: LoginCommand) -> Result<LoggedIn, Error> {
        self.enter_again(cmd, Means::Tokens).await?.tokens()
    }

    /// The same with a cookie in place of tokens.
    ///
    /// # Errors
    /// As [`Auth::reactivate`].
    pub async fn reactivate_with_cookie(&self, cmd: LoginCommand) -> Result<SessionOpened, Error> {
        self.enter_again(cmd, Means::Cookie).await?.cookie()
    }

    async fn enter_again(&self, cmd: LoginCommand, means: Means) -> Result<Opened, Error> {
        self.enter(cmd, means, |disabled| disabled != Some(DisableReason::Operator))
            .await
    }
}
