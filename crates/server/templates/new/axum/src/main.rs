mod app;
mod auth;

use std::error::Error;
use std::io::{IsTerminal as _, stdout};
use std::net::SocketAddr;

use horizon_auth::Auth;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = auth::config()?;
    tracing_subscriber::fmt()
        .with_env_filter(&config.log.level)
        .with_ansi(stdout().is_terminal())
        .init();
    let address = config.listen;
    let auth = Auth::builder().config(config).start().await?;

    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // With the caller's address, by which guesses at passwords are counted.
    let app = app::routes(&auth).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(stop(auth.clone()))
        .await?;
    auth.shutdown().await;
    Ok(())
}

/// Resolves at Ctrl-C, at SIGTERM, or when another process has taken the database from this one.
async fn stop(auth: Auth) {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
        _ = auth.lost() => {}
    }
}
