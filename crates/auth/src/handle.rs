//! The handle of an application that has the engine within itself.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use horizon_auth_adapters::sql::{ClaimError, NodeClaim};
use horizon_auth_core::auth::Auth as AuthCore;
#[cfg(feature = "http")]
use horizon_auth_http::{Gate, Http, layers};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::builder::Builder;
use crate::engine::Engine;
use crate::metrics::{Metrics, collect};
use crate::worker::Worker;

/// Authentication within an application: the running engine, its background work and its HTTP front end.
///
/// Cheap to clone; every clone is the same engine. Begin with [`Auth::builder`]. Every use case is a method, by way
/// of [`AuthCore`]: `auth.register(..)`, `auth.login(..)`; what they take is in [`commands`](crate::commands) and
/// [`types`](crate::types). It runs until [`Auth::shutdown`], also when all clones were dropped.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    engine: Engine,
    #[cfg(feature = "http")]
    http: Http,
    stop: Arc<Notify>,
    running: Mutex<Option<JoinHandle<()>>>,
    lost: watch::Receiver<Option<Arc<ClaimError>>>,
}

impl Auth {
    /// Begins with the settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Takes over what was started and claimed.
    pub(crate) fn running(
        engine: Engine,
        #[cfg(feature = "http")] http: Http,
        worker: Worker,
        claim: NodeClaim,
    ) -> Self {
        let stop = Arc::new(Notify::new());
        let (tell, lost) = watch::channel(None);
        let life = run(engine.clone(), worker, claim, Arc::clone(&stop), tell);
        Self(Arc::new(Inner {
            engine,
            #[cfg(feature = "http")]
            http,
            stop,
            running: Mutex::new(Some(tokio::spawn(life))),
            lost,
        }))
    }

    /// The engine below, for those who do more than to serve.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// The engine in numbers, those of its routes among them. `to_string` writes them for Prometheus, to be served
    /// where strangers do not come; they belong to this engine alone and are registered nowhere else.
    ///
    /// It asks database and Redis for a sign of life, for at most a second, and counts the open sessions once a
    /// minute, so ask every ten seconds or so.
    pub async fn metrics(&self) -> Metrics {
        let measured = self.measure().await;
        #[cfg(feature = "http")]
        let is_draining = self.0.http.is_draining();
        #[cfg(not(feature = "http"))]
        let is_draining = false;
        let metrics = collect(self.counts(), &measured, is_draining);
        #[cfg(feature = "http")]
        let metrics = metrics.with_requests(&self.0.http);
        metrics
    }

    /// Resolves when another process has taken this one's place at the database, with how that could be.
    ///
    /// From then on this process answers 503 wherever it would have to know what was revoked: end it. That happens
    /// after PostgreSQL was restarted, or if somebody starts a second process while the connection is broken.
    pub async fn lost(&self) -> Arc<ClaimError> {
        let mut lost = self.0.lost.clone();
        if let Ok(taken) = lost.wait_for(Option::is_some).await
            && let Some(taken) = &*taken
        {
            return Arc::clone(taken);
        }
        std::future::pending().await // it was shut down before
    }

    /// Ends the background work after the step it is in, gives the database free for the next process, and closes
    /// the connections; a pool that the application brought stays open.
    ///
    /// Let the server finish its requests first: afterwards this process accepts no token any more. A second call
    /// does nothing.
    pub async fn shutdown(&self) {
        let running = {
            let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.take()
        };
        if let Some(running) = running {
            self.0.stop.notify_one();
            if running.await.is_err() {
                tracing::error!("the end of the engine panicked");
            }
        }
    }
}

#[cfg(feature = "http")]
impl Auth {
    /// All routes of the engine with its hosted pages and, with the feature `openapi`, their document, to be merged
    /// into the application's router.
    ///
    /// It has no fallback: what is not found is the application's to answer. Serve with
    /// `into_make_service_with_connect_info::<SocketAddr>()`, or all callers share one limit. Fits into a router with
    /// any state.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> axum::Router<S> {
        let http = || self.0.http.clone();
        let router = horizon_auth_http::router(http());
        #[cfg(feature = "pages")]
        let router = router.merge(horizon_auth_http::pages(http()));
        #[cfg(feature = "openapi")]
        let router = router.merge(horizon_auth_http::documentation(http()));
        router.reset_fallback()
    }

    /// What extractors and layers need of an application's state.
    #[must_use]
    pub fn gate(&self) -> Gate {
        Gate::from(self.0.http.clone())
    }

    /// The HTTP front end.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.0.http
    }

    /// Closes every route of `router` to callers without valid credentials ([`protect`](crate::protect)).
    #[must_use]
    pub fn protect<S: Clone + Send + Sync + 'static>(&self, router: axum::Router<S>) -> crate::Protected<S> {
        layers::protect(&self.gate(), router)
    }

    /// A layer that refuses unsafe requests of other sites ([`Gate::csrf`]).
    pub fn csrf(&self) -> crate::Csrf {
        self.gate().csrf()
    }

    /// A layer that refuses callers without this role ([`Gate::require_role`]).
    pub fn require_role(&self, name: &str) -> crate::RequireRole {
        self.gate().require_role(name)
    }

    /// A layer that refuses callers with none of these roles ([`Gate::require_any_role`]).
    pub fn require_any_role<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> crate::RequireRole {
        self.gate().require_any_role(names)
    }
}

#[cfg(feature = "http")]
impl axum::extract::FromRef<Auth> for Gate {
    fn from_ref(auth: &Auth) -> Self {
        auth.gate()
    }
}

impl Deref for Auth {
    type Target = AuthCore;

    fn deref(&self) -> &AuthCore {
        self.0.engine.auth()
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth")
    }
}

/// Keeps the claim until it is told to stop, or has lost it.
async fn run(
    engine: Engine,
    worker: Worker,
    mut claim: NodeClaim,
    stop: Arc<Notify>,
    lost: watch::Sender<Option<Arc<ClaimError>>>,
) {
    let taken = tokio::select! {
        () = stop.notified() => None,
        taken = claim.keep() => Some(taken),
    };
    let Some(taken) = taken else {
        // In this order: whoever may serve next must not find this process still accepting tokens.
        engine.auth().stand_down();
        worker.stop().await;
        claim.release().await;
        engine.close().await;
        return;
    };
    engine.auth().stand_down();
    tracing::error!(
        error = &taken as &dyn std::error::Error,
        "another process has taken the place of this one, which refuses tokens from now on: end it"
    );
    worker.stop().await;
    let _ = lost.send(Some(Arc::new(taken))); // nobody may be waiting
    stop.notified().await;
    engine.close().await;
}
