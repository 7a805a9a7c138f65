use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};

use super::end_former;
use crate::body::opened;
use crate::extract::{Caller, CurrentTenant, JsonBody};
use crate::problem::Problem;
use crate::routes::login::credentials;
use crate::state::Http;

/// `POST /auth/login`: 200 with a session cookie. A cookie that the request came with is never adopted; its
/// session is over.
pub(crate) async fn login(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let cmd = credentials(tenant.clone(), client.clone(), body)?;
    let session = http.auth.login_with_cookie(cmd).await?;
    end_former(&http, &headers, tenant, client).await;
    Ok(opened(StatusCode::OK, &http, &session)?)
}

/// `POST /auth/account/reactivate`: 200 with a session cookie, as a log-in.
pub(crate) async fn reactivate(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let cmd = credentials(tenant.clone(), client.clone(), body)?;
    let session = http.auth.reactivate_with_cookie(cmd).await?;
    end_former(&http, &headers, tenant, client).await;
    Ok(opened(StatusCode::OK, &http, &session)?)
}
