//! The accept loop: connections with limits, and an orderly end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Version};
use horizon_auth::config::ServerConfig;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt as _;

/// Streams of one HTTP/2 connection that may be open together.
const MAX_STREAMS: u32 = 100;
/// Header lines of one request.
const MAX_HEADERS: usize = 64;
/// Pause after a failed accept, which usually means that file descriptors ran out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long those who were let in last may take to say what they want.
const LAST_WORD: Duration = Duration::from_millis(100);

/// Serves until `stop` resolves, calls `on_stop`, serves for `drain_notice` all the same, then gives
/// running requests `drain_timeout` to finish. New connections are refused meanwhile.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    config: &ServerConfig,
    stop: impl Future<Output = ()>,
    on_stop: impl FnOnce(),
) {
    let places = Arc::new(Semaphore::new(config.max_connections));
    let connections = Connections {
        server: http_server(config),
        router,
        open: GracefulShutdown::new(),
        draining: Arc::new(AtomicBool::new(false)),
        patience: config.header_timeout,
    };
    let stop = async {
        stop.await;
        connections.draining.store(true, Ordering::Relaxed);
        on_stop();
        // Whoever shares out the requests looks now and then who is ready, and needs time to see it.
        tokio::time::sleep(config.drain_notice).await;
    };
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        connections.begin(accepted);
    }
    // The kernel has let others in by itself. A proxy may have sent them a POST, and will not repeat it.
    while let Ok(accepted) = tokio::time::timeout(Duration::ZERO, accept(&listener, &places)).await {
        connections.begin(accepted);
    }
    drop(listener);
    tokio::time::sleep(LAST_WORD.min(config.drain_notice)).await;
    tokio::select! {
        () = connections.open.shutdown() => tracing::info!("all requests have been answered"),
        () = tokio::time::sleep(config.drain_timeout) => {
            tracing::warn!("some requests did not finish in time and are cut off");
        }
    }
}

/// The connections that are open.
struct Connections {
    server: Builder<TokioExecutor>,
    router: Router,
    open: GracefulShutdown,
    draining: Arc<AtomicBool>,
    patience: Duration,
}

impl Connections {
    /// Serves one in a task of its own.
    fn begin(&self, accepted: Option<(TcpStream, SocketAddr, Place)>) {
        let Some((stream, peer, place)) = accepted else {
            return;
        };
        let router = self.router.clone();
        let draining = Arc::clone(&self.draining);
        let begun = Arc::new(Notify::new());
        let first_head = Arc::clone(&begun);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            first_head.notify_one();
            let mut request: Request<Body> = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let can_close = request.version() <= Version::HTTP_11;
            let answer = router.clone().oneshot(request);
            let draining = Arc::clone(&draining);
            async move {
                let mut response = answer.await?;
                // Proxies keep connections, and lose what they send into one at the moment it is closed.
                if can_close && draining.load(Ordering::Relaxed) {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(CONNECTION, close);
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = self.server.serve_connection(TokioIo::new(stream), service);
        let connection = self.open.watcher().watch(connection.into_owned());
        let patience = self.patience;
        tokio::spawn(async move {
            tokio::pin!(connection);
            // hyper's own time-out begins when the protocol is known; a client that
            // sends nothing, or half of HTTP/2's preface, would never be cut off.
            let ended = tokio::select! {
                biased;
                ended = &mut connection => ended,
                () = begun.notified() => connection.await,
                () = tokio::time::sleep(patience) => Err("no request in time".into()),
            };
            // What ends a connection early is the client's affair: time-outs, resets, broken HTTP.
            if let Err(error) = ended {
                tracing::debug!(error, "a connection ended early");
            }
            drop(place);
        });
    }
}

type Place = tokio::sync::OwnedSemaphorePermit;

/// Waits for a free place first: beyond the limit, connections wait in the kernel's queue.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, SocketAddr, Place)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let _ = stream.set_nodelay(true); // latency only
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a connection could not be accepted"
            );
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn http_server(config: &ServerConfig) -> Builder<TokioExecutor> {
    let mut server = Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(config.header_timeout)
        .max_buf_size(config.max_header_bytes)
        .max_headers(MAX_HEADERS);
    server
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(config.header_timeout)
        .max_header_list_size(u32::try_from(config.max_header_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS);
    server
}
