//! A single-page application on the same origin, with session cookies: no token is ever in the hands of a script.
//!
//! ```sh
//! cargo run -p example-spa
//! ```

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use horizon_auth::{Auth, CurrentUser};
use tokio::net::TcpListener;

/// What the application is for.
static CLICKS: AtomicU32 = AtomicU32::new(0);

async fn page() -> impl IntoResponse {
    let policy = [(CONTENT_SECURITY_POLICY, "default-src 'self'")];
    (policy, Html(include_str!("../pages/index.html")))
}

async fn script() -> impl IntoResponse {
    let kind = [(CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, include_str!("../pages/app.js"))
}

/// A `POST`, so a cookie alone is not enough: the page's script sends the token of `GET /auth/csrf` along.
async fn click(user: CurrentUser) -> String {
    let count = 1 + CLICKS.fetch_add(1, Ordering::Relaxed);
    format!("{} made click number {count}", user.email)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    let origin = format!("http://{}", listener.local_addr()?);

    let auth = Auth::builder()
        .database("sqlite:app.db")
        .public_url(&origin)
        .set("http.profile", "session")
        .start()
        .await?;
    let pages = Router::new().route("/", get(page)).route("/app.js", get(script));
    let app = auth
        .protect(Router::new().route("/clicks", post(click)))
        .public(auth.router())
        .public(pages)
        .with_state(auth.clone());

    println!("listening on {origin}");
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    auth.shutdown().await;
    Ok(())
}
