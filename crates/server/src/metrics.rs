//! The numbers of the service, on an address of their own.
//!
//! It shares nothing with the service but the process: it answers while all places of the service are taken and until
//! its last request is, and whoever talks to it cannot hold up anything but the numbers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;
use axum::routing::get;
use horizon_auth::{Auth, Metrics};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::telemetry::lost_log_lines;
use crate::ui::Failure;

/// Connections open at once. One scraper needs one.
const MOST: usize = 16;
/// Longest time the head of a request may take to arrive.
const HEAD: Duration = Duration::from_secs(2);
/// Longest time of a connection, which serves one request.
const WHOLE: Duration = Duration::from_secs(15);
/// Most bytes of the head of a request.
const HEAD_BYTES: usize = 16 * 1024;
/// Pause after a failed accept, which usually means that file descriptors ran out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Listens, before anything is said to run.
pub(crate) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let failure = |error| Failure::because(&format!("cannot listen on {address} (metrics.listen)"), &error);
    let listener = TcpListener::bind(address).await.map_err(failure)?;
    let bound = listener.local_addr().map_err(failure)?;
    Ok((listener, bound))
}

/// Serves until the result is dropped.
pub(crate) fn serve(listener: TcpListener, auth: Auth) -> Serving {
    Serving(tokio::spawn(accept(listener, router(auth))))
}

/// The numbers being served.
pub(crate) struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One path, to be read. Nothing else is there, whatever is asked of it.
fn router(auth: Auth) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .method_not_allowed_fallback(async || StatusCode::NOT_FOUND)
        .with_state(auth)
}

async fn metrics(State(auth): State<Auth>) -> impl IntoResponse {
    let metrics = auth.metrics().await.with_process(lost_log_lines());
    let headers = [
        (CONTENT_TYPE, Metrics::CONTENT_TYPE),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, metrics.to_string())
}

async fn accept(listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(MOST));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let router = router.clone();
                tokio::spawn(async move {
                    // A connection that takes too long is cut off: the scraper comes again.
                    let _ = tokio::time::timeout(WHOLE, answer(stream, router)).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a connection for metrics could not be accepted"
                );
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn answer(stream: TcpStream, router: Router) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .keep_alive(false) // who keeps a connection keeps a place
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
    // What ends a connection early is the scraper's affair.
    if let Err(error) = served {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "a connection for metrics ended early"
        );
    }
}
