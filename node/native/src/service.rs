//! An engine, or what verifies for another one, from its start to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts as _;
use axum::http::Request;
use axum::http::request::Parts;
use axum::response::Response;
use horizon_auth::commands::CountHitCommand;
use horizon_auth::types::VerifiedToken;
use horizon_auth::{Auth, CacheError, Code, CurrentUser, Error, Gate, SsoClient};
use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tower::ServiceExt as _;

use crate::admit;
use crate::events::Listening;
use crate::fault::{Fault, Moment};
use crate::request::{self, RawRequest};
use crate::shapes::{Admitted, Facts};

/// What the class `Engine` holds.
pub(crate) struct Service {
    kind: Kind,
    gate: Gate,
    pub(crate) facts: Facts,
    is_closed: AtomicBool,
    /// Read by every call that is under way; whoever writes is the last.
    under_way: Arc<RwLock<()>>,
    listening: Option<Listening>,
    pub(crate) fault: Fault,
}

enum Kind {
    /// The engine is here.
    Engine { auth: Auth, router: Router },
    /// People log in elsewhere.
    Client(SsoClient),
}

/// Kept by a call until it is done.
pub(crate) type UnderWay = OwnedRwLockReadGuard<()>;

/// The answer of whatever is closed.
const CLOSED: CacheError = CacheError("the engine was closed");

impl Service {
    pub(crate) fn engine(auth: Auth, facts: Facts, listening: Option<Listening>) -> Self {
        let gate = auth.gate();
        // The routes with the fallbacks of the server, so that what is not found is answered as there.
        let http = || auth.http().clone();
        let router = horizon_auth::router(http())
            .merge(horizon_auth::pages(http()))
            .merge(horizon_auth::documentation(http()));
        Self::join(Kind::Engine { auth, router }, gate, facts, listening)
    }

    pub(crate) fn client(sso: SsoClient, facts: Facts) -> Self {
        let gate = sso.gate();
        Self::join(Kind::Client(sso), gate, facts, None)
    }

    fn join(kind: Kind, gate: Gate, facts: Facts, listening: Option<Listening>) -> Self {
        Self {
            kind,
            gate,
            facts,
            is_closed: AtomicBool::new(false),
            under_way: Arc::default(),
            listening,
            fault: Fault::default(),
        }
    }

    /// Begins a call, on the thread of JavaScript, so that it comes before a `close` that is called after it.
    ///
    /// # Errors
    /// The engine was closed.
    pub(crate) fn begin(&self) -> Result<UnderWay, Error> {
        self.fault.meet(Moment::Call);
        if self.is_closed.load(Ordering::Acquire) {
            return Err(Error::Cache(CLOSED));
        }
        Arc::clone(&self.under_way)
            .try_read_owned()
            .map_err(|_| Error::Cache(CLOSED))
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The engine, for calls that need one.
    pub(crate) fn auth(&self) -> Option<&Auth> {
        match &self.kind {
            Kind::Engine { auth, .. } => Some(auth),
            Kind::Client(_) => None,
        }
    }

    /// A request through the router.
    pub(crate) async fn handle(&self, request: RawRequest, body: Bytes) -> Response {
        self.fault.meet(Moment::Work);
        let parts = match request.parts() {
            Ok(parts) => parts,
            Err(code) => return self.refuse(code, &root()),
        };
        match &self.kind {
            Kind::Engine { router, .. } => {
                let request = Request::from_parts(parts, Body::from(body));
                match router.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
            Kind::Client(_) => self.refuse(Code::NotFound, &parts),
        }
    }

    /// Who sends a request.
    pub(crate) async fn admit(&self, request: RawRequest) -> Admitted {
        self.fault.meet(Moment::Work);
        let mut parts = match request.parts() {
            Ok(parts) => parts,
            Err(code) => return Err(request::problem(&self.gate, code, &root())),
        };
        match CurrentUser::from_request_parts(&mut parts, &self.gate).await {
            Ok(user) => admit::identity(&user).map_err(|error| request::problem(&self.gate, error, &parts)),
            Err(problem) => Err(request::written(problem)),
        }
    }

    /// A token alone, with revocation.
    pub(crate) async fn verify(&self, token: &str, tenant: Option<&str>) -> Result<String, Error> {
        self.fault.meet(Moment::Work);
        let token = match &self.kind {
            Kind::Engine { auth, .. } => auth.authenticate_in_any_tenant(token).await?,
            Kind::Client(sso) => sso.verifier().authenticate_in_any_tenant(token).await?,
        };
        if tenant.is_some_and(|tenant| tenant != token.tenant.as_str()) {
            return Err(Code::TenantMismatch.into());
        }
        admit::of_token(&token)
    }

    /// A token alone, by its signature.
    pub(crate) fn verify_signature(&self, token: &str) -> Result<Arc<VerifiedToken>, Error> {
        match &self.kind {
            Kind::Engine { auth, .. } => auth.verify_signature(token),
            Kind::Client(sso) => sso.verifier().verify_signature(token),
        }
    }

    /// Counts a hit of a rule of the application.
    pub(crate) async fn count_hit(&self, cmd: CountHitCommand<'_>) -> Result<(), Error> {
        self.fault.meet(Moment::Work);
        match &self.kind {
            Kind::Engine { auth, .. } => auth.count_hit(cmd).await,
            Kind::Client(sso) => sso.count_hit(cmd).await,
        }
    }

    pub(crate) fn refuse(&self, error: impl Into<Error>, parts: &Parts) -> Response {
        self.gate.answer(error.into(), parts)
    }

    /// Refuses whatever begins from now on; whether this was the first to say so.
    pub(crate) fn refuse_from_now(&self) -> bool {
        !self.is_closed.swap(true, Ordering::AcqRel)
    }

    /// Lets what is under way finish, then ends the engine and what listens to it, if this is the first call.
    pub(crate) async fn close(&self, is_first: bool) {
        let _last = self.under_way.write().await;
        if !is_first {
            return;
        }
        if let Kind::Engine { auth, .. } = &self.kind {
            auth.shutdown().await;
        }
        if let Some(listening) = &self.listening {
            listening.end().await;
        }
    }
}

/// Stands for a request that nobody can read.
pub(crate) fn root() -> Parts {
    request::blank(axum::http::Uri::from_static("/"))
}
