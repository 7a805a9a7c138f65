//! `horizon-auth serve`: the service, until it is told to stop.

use horizon_auth::config::{Config, Environment};
use horizon_auth::{ClaimError, Engine, Http, Worker, pages, router};
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
    let engine = Engine::open(config).map_err(|error| Failure::because("the engine cannot start", &error))?;
    let in_the_database = |error: ClaimError| Failure::because("the database", &error);
    let mut claim = engine.claim().await.map_err(in_the_database)?;
    settle_schema(&engine, config.environment).await?;
    let prepared = engine.auth().prepare().await;
    prepared.map_err(|error| Failure::because("the engine cannot start", &error))?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| Failure::because(&format!("cannot listen on {}", config.listen), &error))?;
    let address = listener.local_addr().unwrap_or(config.listen);
    let http = Http::new(engine.auth().clone(), config.http.clone());
    let worker = Worker::start(engine.auth().clone());
    let signal = stop_signal()?; // before anybody is told that it runs: who knows may stop it
    let mut lost = None;
    let stop = async {
        tokio::select! {
            () = signal => {}
            taken = claim.keep() => lost = Some(taken),
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
    worker.stop().await;
    engine.close().await;
    tracing::info!("stopped");
    lost.map_or(Ok(()), |taken| Err(in_the_database(taken)))
}

/// Development migrates by itself. In production a person decides when.
async fn settle_schema(engine: &Engine, environment: Environment) -> Result<(), Failure> {
    let unreadable = |error| Failure::because("the database schema", &error);
    let status = engine.migration_status().await.map_err(unreadable)?;
    if status.applied > status.known {
        return Err(Failure::new(format!(
            "the database schema ({} migrations) is newer than this program ({}); run the newer program",
            status.applied, status.known
        )));
    }
    match (status.is_current(), environment) {
        (true, _) => Ok(()),
        (false, Environment::Development) => engine.migrate().await.map(|_| ()).map_err(unreadable),
        (false, Environment::Production) => Err(Failure::new(format!(
            "the database schema has {} of {} migrations; run `horizon-auth migrate` first",
            status.applied, status.known
        ))),
    }
}

/// Resolves at the first SIGTERM or SIGINT.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
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
