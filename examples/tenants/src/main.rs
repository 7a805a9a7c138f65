//! One application for many customers, told apart by subdomain: what is `acme.example.localhost` for one is
//! `globex.example.localhost` for the other. Browsers find names below `localhost` on this machine by themselves.
//!
//! ```sh
//! cargo run -p example-tenants
//! ```

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::routing::get;
use horizon_auth::types::{Client, TenantId};
use horizon_auth::{Auth, CurrentTenant, CurrentUser};
use tokio::net::TcpListener;

async fn index(tenant: CurrentTenant) -> String {
    format!("This is {}\n", tenant.as_str())
}

/// Whoever has a token of another tenant does not come this far: 403.
async fn hello(user: CurrentUser) -> String {
    format!("Hello {}, you belong to {}\n", user.email, user.tenant.as_str())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;

    let auth = Auth::builder()
        .database("sqlite:app.db")
        .public_url(&format!("http://example.localhost:{}", address.port()))
        .set("tenant.source", "subdomain")
        .set("tenant.base_domain", "example.localhost")
        .start()
        .await?;
    // In life a customer signs a contract, and then: horizon-auth tenants create acme
    let operator = Client::new(Ipv4Addr::LOCALHOST.into(), None, auth.fresh_request_id()?);
    for name in ["acme", "globex"] {
        auth.create_tenant(&TenantId::parse(name)?, &operator).await?;
    }

    let app = auth
        .protect(Router::new().route("/hello", get(hello)))
        .public(auth.router())
        .public(Router::new().route("/", get(index)))
        .with_state(auth.clone());

    println!("listening on http://{address}");
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    auth.shutdown().await;
    Ok(())
}
