//! What a server shares with applications on other origins (decision D4): with whom, where people are sent
//! back to, and which services may ask about tokens. Already checked.

mod clients;
mod return_to;

pub use clients::{ClientRule, ServiceClient};
pub use return_to::{Redirect, RedirectRule, ReturnTo};

pub(crate) use clients::authenticate;

/// Single sign-on as a server offers it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SsoConfig {
    /// Origins whose pages may call the routes, with cookies.
    pub allowed_origins: Vec<String>,
    /// Where people may be sent back to after they logged in.
    pub redirects: Vec<Redirect>,
    /// Whether every page of `http://*.dev.localhost` is trusted as if it were listed; for development.
    pub trust_dev_localhost: bool,
    /// Services that may ask about tokens.
    pub clients: Vec<ServiceClient>,
}

impl SsoConfig {
    /// Whether pages of this origin, written as browsers do, may call the routes.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed == origin)
            || self.trust_dev_localhost && return_to::is_dev_origin(origin)
    }

    /// The address to send somebody back to, if it is one that may be sent to.
    #[must_use]
    pub fn return_to(&self, text: &str) -> Option<ReturnTo> {
        let url = return_to::canonical(text)?;
        let is_trusted = self.redirects.iter().any(|redirect| redirect.covers(&url))
            || self.trust_dev_localhost && return_to::is_dev_origin(&return_to::origin_of(&url));
        is_trusted.then(|| ReturnTo::new(text, &url))
    }
}
