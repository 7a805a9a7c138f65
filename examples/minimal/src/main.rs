//! The smallest application: one route for everybody who is logged in, one for everybody, one for administrators.
//!
//! ```sh
//! cargo run -p example-minimal
//! ```

use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use horizon_auth::{Auth, CurrentUser};
use tokio::net::TcpListener;

async fn index(user: Option<CurrentUser>) -> String {
    user.map_or_else(
        || "Welcome, stranger\n".to_owned(),
        |user| format!("Welcome back, {}\n", user.email),
    )
}

async fn hello(user: CurrentUser) -> String {
    format!("Hello, {}\n", user.email)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let auth = Auth::builder().database("sqlite:app.db").start().await?;

    let closed = Router::new().route("/hello", get(hello)).route(
        "/reports",
        get(async || "for administrators\n").route_layer(auth.require_role("admin")),
    );
    let app = auth
        .protect(closed)
        .public(auth.router())
        .public(Router::new().route("/", get(index)))
        .with_state(auth.clone());

    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    auth.shutdown().await;
    Ok(())
}
