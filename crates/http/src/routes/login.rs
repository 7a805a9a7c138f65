use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Error;
use horizon_auth_core::flows::LoginCommand;

use crate::body::pair;
use crate::extract::{Caller, CurrentTenant, Fields, JsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/login`: 200 with a pair.
pub(crate) async fn login(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    JsonBody(body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let logged_in = http.auth.login(credentials(tenant, client, body)?).await?;
    Ok(pair(StatusCode::OK, &http, &logged_in))
}

/// The body of a log-in.
pub(crate) fn credentials(tenant: TenantId, client: Client, mut body: Fields) -> Result<LoginCommand, Error> {
    let email = body.required("email", Email::parse);
    let password = body.required("password", Password::offered);
    let (email, password) = body.finish(email.zip(password))?;
    Ok(LoginCommand {
        tenant,
        email,
        password,
        client,
    })
}
