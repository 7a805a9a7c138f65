//! `horizon-auth serve`: the service, until it is told to stop.

use horizon_auth::config::Config;
use horizon_auth::{Auth, pages, router};
use tokio::net::TcpListener;

use super::block_on;
use crate::cli::ConfigArgs;
use crate::ui::{self, Failure};
use crate::{listener, load_config, telemetry};

pub(crate) fn run(args: &ConfigArgs) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    telemetry::start(&config.log)?;
    block_on(serve(&config, |address| {
        ui::line(&format!("horizon-auth listens on http://{address}"));
    }))
}

/// Opens everything, listens, calls `announce` with the address, and serves until a signal comes.
pub(super) async fn serve(
    config: &Config,
    announce: impl FnOnce(std::net::SocketAddr),
) -> Result<(), Failure> {
    let started = Auth::builder().config(config.clone()).start().await;
    let auth = started.map_err(|error| Failure::of(&error))?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failure::because(&format!("cannot listen on {}", config.listen), &error))?;
    let address = listener.local_addr().unwrap_or(config.listen);
    let http = auth.http().clone();
    let signal = stop_signal()?; // before anybody is told that it runs: who knows may stop it
    let mut lost = None;
    let stop = async {
        tokio::select! {
            () = signal => {}
            taken = auth.lost() => lost = Some(taken),
        }
    };
    announce(address);
    tracing::info!(%address, "listening");
    let draining = http.clone();
    let app = router(http.clone()).merge(pages(http));
    listener::serve(listener, app, &config.server, stop, || {
        tracing::info!("stopping: not ready any more, running requests are finished");
        draining.drain();
    })
    .await;
    auth.shutdown().await;
    tracing::info!("stopped");
    lost.map_or(Ok(()), |taken| Err(Failure::because("the database", &*taken)))
}

/// Resolves at the first SIGTERM or SIGINT.
pub(super) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let deaf = |error| Failure::because("signals cannot be received", &error);
        let mut terminate = signal(SignalKind::terminate()).map_err(deaf)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(deaf)?;
        Ok(async move {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
