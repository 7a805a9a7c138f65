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
}

/// The state of all parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Database and revocations.
    pub parts: [Part; 2],
}

impl Health {
    /// Whether requests can be served.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.parts.iter().all(|part| part.latency.is_some())
    }
}

/// A database that needs longer is not fit to serve.
const PATIENCE: Duration = Duration::from_secs(1);

impl Auth {
    /// Asks every part for a sign of life, for at most a second.
    pub async fn health(&self) -> Health {
        let database = match tokio::time::timeout(PATIENCE, self.store().ping()).await {
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
        let revocations = self.denylist().is_complete().then_some(Duration::ZERO);
        Health {
            parts: [
                Part {
                    name: "database",
                    latency: database,
                },
                Part {
                    name: "revocations",
                    latency: revocations,
                },
            ],
        }
    }
}
