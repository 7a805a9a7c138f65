use axum::body::Body;
use axum::extract::State;
use axum::http::header::{HeaderName, SET_COOKIE};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{EndSessionCommand, IdempotencyKey, RefreshCommand, Refreshed};

use crate::body::{Holding, pair};
use crate::extract::{Caller, CurrentTenant, OptionalJsonBody};
use crate::problem::Problem;
use crate::state::Http;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// `POST /auth/refresh`: 200 with a new pair for the refresh cookie.
pub(crate) async fn refresh(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    headers: HeaderMap,
    _body: OptionalJsonBody,
) -> Response<Body> {
    match rotate(&http, &headers, tenant, client).await {
        Ok(refreshed) => {
            let response = pair(StatusCode::OK, &http, &refreshed.logged_in);
            // Requests that arrive until this answer has left are of the same flight.
            Holding::wrap(response, refreshed.in_flight)
        }
        Err(error) => refuse(&http, error),
    }
}

async fn rotate(
    http: &Http,
    headers: &HeaderMap,
    tenant: TenantId,
    client: Client,
) -> Result<Refreshed, Error> {
    let idempotency_key = idempotency_key(headers)?;
    let token = http.cookie.read(headers)?;
    http.auth
        .refresh(RefreshCommand {
            tenant,
            token,
            idempotency_key,
            client,
        })
        .await
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Violation> {
    headers
        .get(IDEMPOTENCY_KEY)
        .map(|value| IdempotencyKey::parse(value.to_str().unwrap_or("")))
        .transpose()
}

/// A token that will never work again takes its cookie along.
fn refuse(http: &Http, error: Error) -> Response<Body> {
    let dead = matches!(
        error.code(),
        Code::RefreshInvalid | Code::RefreshExpired | Code::SessionEnded | Code::RefreshReused
    );
    let mut response = Problem::from(error).into_response();
    if dead {
        clear_cookie(http, &mut response);
    }
    response
}

/// `DELETE /auth/refresh`: 204; the session of the cookie, if there is one, is over.
pub(crate) async fn end_session(
    State(http): State<Http>,
    CurrentTenant(tenant): CurrentTenant,
    Caller(client): Caller,
    headers: HeaderMap,
    _body: OptionalJsonBody,
) -> Result<Response<Body>, Problem> {
    if let Ok(token) = http.cookie.read(&headers) {
        http.auth
            .end_session(EndSessionCommand {
                tenant,
                token,
                client,
            })
            .await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    clear_cookie(&http, &mut response);
    Ok(response)
}

pub(super) fn clear_cookie(http: &Http, response: &mut Response<Body>) {
    if let Some(cookie) = http.cookie.clear() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
