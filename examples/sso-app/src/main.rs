//! An application that has no passwords: its people log in at an authentication server that it shares with others.
//!
//! Its page asks the server for an access token (`POST /auth/refresh`, with the shared cookie), keeps it in memory,
//! and calls this application's own API with it.
//!
//! ```text
//! sso-app NAME LISTEN AUTH_URL [CONFIG]
//! sso-app shop 127.0.0.1:4001 http://auth.dev.localhost:3000
//! ```
//!
//! `AUTH_URL` is the origin under which browsers know the server. How this process reaches it, and how it knows
//! what was revoked, is the configuration: a file, and the environment (`AUTH_MODE=sso_client` and so on).

use std::net::SocketAddr;
use std::process::ExitCode;

use axum::extract::{FromRef, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use horizon_auth::config::{Config, Sources, environment};
use horizon_auth::{CurrentUser, Gate, SsoClient};
use serde_json::{Value, json};

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

#[derive(Clone)]
struct App {
    sso: SsoClient,
    name: String,
    auth_url: String,
}

impl FromRef<App> for Gate {
    fn from_ref(app: &App) -> Self {
        app.sso.gate()
    }
}

/// The application's own API: closed to whoever the server does not vouch for.
async fn whoami(State(app): State<App>, user: CurrentUser) -> Json<Value> {
    Json(json!({ "app": app.name, "id": user.id.to_string(), "email": user.email, "roles": user.roles }))
}

async fn page(State(app): State<App>) -> impl IntoResponse {
    // Both were checked at start: there is nothing in them that HTML would have to escape.
    let page = PAGE.replace("{name}", &app.name).replace("{auth}", &app.auth_url);
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' {}; base-uri 'none'; \
         frame-ancestors 'none'",
        app.auth_url
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, page)
}

async fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let (name, listen, auth_url, file) = match arguments {
        [name, listen, auth_url] => (name, listen, auth_url, None),
        [name, listen, auth_url, file] => (name, listen, auth_url, Some(file)),
        _ => return Err("usage: sso-app NAME LISTEN AUTH_URL [CONFIG]".into()),
    };
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.:/".contains(&byte))
    };
    if !is_plain(name) || !is_plain(auth_url) {
        return Err("NAME and AUTH_URL are plain text".into());
    }
    let text = file.map(std::fs::read_to_string).transpose()?;
    let config = Config::load(Sources {
        file: text.as_deref().map(|text| ("the configuration", text)),
        env: environment(),
        base_dir: ".".into(),
    })?;
    let app = App {
        sso: SsoClient::open(&config)?,
        name: name.clone(),
        auth_url: auth_url.clone(),
    };
    let api = app.sso.protect(Router::new().route("/api/whoami", get(whoami)));
    let router = Router::new()
        .route("/", get(page))
        .route(
            "/page.js",
            get(async || ([(CONTENT_TYPE, "text/javascript")], SCRIPT)),
        )
        .route("/page.css", get(async || ([(CONTENT_TYPE, "text/css")], STYLE)))
        .merge(api.into_router())
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(listen).await?;
    tracing::info!(address = %listener.local_addr()?, "the application listens");
    axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .await?;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
