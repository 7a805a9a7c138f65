//! The child of `protected` and `start`: one axum server with a bare and a protected route.

use std::net::SocketAddr;
use std::path::Path;

use axum::routing::get;
use axum::{Json, Router};
use horizon_auth::{CurrentUser, Http};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::{Result, ServeArgs, child, engine, machine};

/// The answer of both routes.
#[derive(Serialize)]
struct Greeting {
    hello: &'static str,
    unread: u32,
}

const GREETING: Greeting = Greeting {
    hello: "world",
    unread: 3,
};

pub fn run(args: &ServeArgs) -> Result<()> {
    if let Some(core) = args.core {
        machine::pin(core)?; // before the runtime counts cores
    }
    child::end_with_parent();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(args))
}

async fn serve(args: &ServeArgs) -> Result<()> {
    let bare = Router::new().route("/bare", get(async || Json(GREETING)));
    let (app, token) = match &args.folder {
        Some(folder) => {
            let (protected, token) = protected(folder, args.denied).await?;
            (bare.merge(protected), token)
        }
        None => (bare, String::new()),
    };
    let listener = TcpListener::bind(args.listen).await?;
    println!("{} {token}", listener.local_addr()?);
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}

/// The protected route, and a token for it.
async fn protected(folder: &Path, denied: u32) -> Result<(Router, String)> {
    let url = format!("sqlite:{}", folder.join("protected.db").display());
    let (config, opened) = engine::open(&engine::toml(&url, "")?).await?;
    let token = engine::register(opened.auth(), 0).await?.access_token;
    deny(&url, denied).await?;
    opened.auth().reload_revocations().await?;
    let http = Http::new(opened.auth().clone(), config.http);
    let app = Router::new()
        .route("/protected", get(async |_: CurrentUser| Json(GREETING)))
        .with_state(http);
    Ok((app, token))
}

/// Revokes tokens, sessions and users that nobody asks about, as a busy installation has them.
async fn deny(url: &str, entries: u32) -> Result<()> {
    let pool = sqlx::SqlitePool::connect(url).await?;
    let mut tx = pool.begin().await?;
    for entry in 0..entries {
        let kind = ["token", "session", "user"][entry as usize % 3];
        sqlx::query(
            "INSERT INTO revocations (kind, subject, min_epoch, tenant_id, created_at, expires_at)
             VALUES ($1, $2, 0, 'default', 0, $3)",
        )
        .bind(kind)
        .bind(uuid::Uuid::now_v7())
        .bind(i64::MAX / 2)
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx.commit().await?)
}
