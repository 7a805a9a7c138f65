//! Whether this node can serve.

use std::time::Duration;

use crate::auth::Auth;

/// One part that requests depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name on the wire.
    pub name: &'static str,
    /// How long it took to answer; `None` if it did not.
    pub latency: Option<Duration>,
    /// What should be changed about it although it works.
    pub warning: Option<&'static str>,
}

/// The state of all parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Database, revocations, and the server that nodes share if there is one.
    pub parts: Vec<Part>,
}

impl Health {
    /// Whether requests can be served.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.parts.iter().all(|part| part.latency.is_some())
    }
}

/// What needs longer is not fit to serve.
const PATIENCE: Duration = Duration::from_secs(1);

impl Auth {
    /// Asks every part for a sign of life, for at most a second.
    pub async fn health(&self) -> Health {
        let (database, cache) = tokio::join!(self.database_health(), self.cache_health());
        let revocations = Part {
            name: "revocations",
            latency: self.denylist().can_answer().then_some(Duration::ZERO),
            warning: None,
        };
        let mut parts = vec![database, revocations];
        parts.extend(cache);
        Health { parts }
    }

    async fn database_health(&self) -> Part {
        let latency = match tokio::time::timeout(PATIENCE, self.store().ping()).await {
            Ok(Ok(latency)) => Some(latency),
            Ok(Err(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the database does not answer"
                );
                None
            }
            Err(_) => None,
        };
        Part {
            name: "database",
            latency,
            warning: None,
        }
    }

    async fn cache_health(&self) -> Option<Part> {
        let state = tokio::time::timeout(PATIENCE, self.cache()?.look()).await;
        let state = state.ok().and_then(Result::ok);
        Some(Part {
            name: "redis",
            latency: state.map(|state| state.latency),
            warning: state.and_then(|state| state.warning),
        })
    }
}
