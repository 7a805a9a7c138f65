//! Sessions that a cookie opens, without a front end.

use std::sync::Arc;

use horizon_auth_core::auth::Auth;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::live_session::LiveSession;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::token::{Secret, SessionCookie};
use horizon_auth_core::error::Error;
use horizon_auth_core::flows::{AuthenticateSessionCommand, LoginCommand, SessionOpened};

use crate::engine::{PASSWORD, TestAuth, tenant};

impl TestAuth {
    /// Logs in for a cookie with the usual password.
    pub async fn login_with_cookie(&self, email: &str) -> Result<SessionOpened, Error> {
        let cmd = LoginCommand {
            tenant: tenant(),
            email: Email::parse(email).expect("an address"),
            password: Password::offered(PASSWORD).expect("a password"),
            client: self.client(),
        };
        self.auth.login_with_cookie(cmd).await
    }

    /// Believes a cookie, or not.
    pub async fn authenticate_cookie(
        &self,
        cookie: &Secret<SessionCookie>,
    ) -> Result<Arc<LiveSession>, Error> {
        self.authenticate_cookie_on(&self.auth, cookie).await
    }

    /// The same on another node.
    pub async fn authenticate_cookie_on(
        &self,
        node: &Auth,
        cookie: &Secret<SessionCookie>,
    ) -> Result<Arc<LiveSession>, Error> {
        let cmd = AuthenticateSessionCommand {
            cookie,
            tenant: &tenant(),
            client: &self.client(),
        };
        node.authenticate_session(cmd).await
    }
}
