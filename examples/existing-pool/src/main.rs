//! An application that has a database and a table of its own. The engine's tables stand beside it, reached through
//! the same pool; a note belongs to the id of an account.
//!
//! ```sh
//! cargo run -p example-existing-pool
//! ```

use std::net::SocketAddr;

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use horizon_auth::{Auth, CurrentUser, Gate};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use tokio::net::TcpListener;

/// What the handlers of this application need, and how extractors find the engine in it.
#[derive(Clone)]
struct App {
    pool: SqlitePool,
    auth: Auth,
}

impl FromRef<App> for Gate {
    fn from_ref(app: &App) -> Self {
        app.auth.gate()
    }
}

#[derive(Deserialize, Serialize)]
struct Note {
    text: String,
}

async fn list(State(app): State<App>, user: CurrentUser) -> Result<Json<Vec<Note>>, StatusCode> {
    let notes: Vec<(String,)> = sqlx::query_as("SELECT text FROM notes WHERE user_id = $1 ORDER BY id")
        .bind(user.id.to_string())
        .fetch_all(&app.pool)
        .await
        .map_err(unavailable)?;
    Ok(Json(notes.into_iter().map(|(text,)| Note { text }).collect()))
}

async fn add(
    State(app): State<App>,
    user: CurrentUser,
    Json(note): Json<Note>,
) -> Result<StatusCode, StatusCode> {
    sqlx::query("INSERT INTO notes (user_id, text) VALUES ($1, $2)")
        .bind(user.id.to_string())
        .bind(note.text)
        .execute(&app.pool)
        .await
        .map_err(unavailable)?;
    Ok(StatusCode::CREATED)
}

fn unavailable(error: sqlx::Error) -> StatusCode {
    eprintln!("the database: {error}");
    StatusCode::SERVICE_UNAVAILABLE
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = SqliteConnectOptions::new()
        .filename("notes.db")
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePool::connect_with(options).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, text TEXT NOT NULL)")
        .execute(&pool)
        .await?;

    let auth = Auth::builder().pool(pool.clone()).start().await?;
    let app = auth
        .protect(Router::new().route("/notes", get(list).post(add)))
        .public(auth.router())
        .with_state(App {
            pool: pool.clone(),
            auth: auth.clone(),
        });

    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    auth.shutdown().await; // the pool stays open: it is ours
    pool.close().await;
    Ok(())
}
