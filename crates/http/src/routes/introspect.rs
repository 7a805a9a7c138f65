use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::Response;
use axum::response::IntoResponse;
use horizon_auth_core::domain::introspection::Introspection;
use horizon_auth_core::domain::violation::Violation;
use serde::Serialize;

use crate::extract::{Caller, FormBody};
use crate::problem::Problem;
use crate::sso::authenticate;
use crate::state::Http;

/// `{"active":false}`, or `true` with what the credential stands for.
#[derive(Serialize)]
struct Answer {
    active: bool,
    #[serde(flatten)]
    told: Option<Introspection>,
}

/// `POST /auth/introspect`: 200 for services that prove which one they are (RFC 7662). Their body is not looked at before.
pub(crate) async fn introspect(
    State(http): State<Http>,
    Caller(client): Caller,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let clients = http.config.sso.as_ref().map_or(&[][..], |sso| &sso.clients);
    if authenticate(clients, request.headers()).is_none() {
        return Err(http.auth.refuse_client(&client).await.into());
    }
    let FormBody(mut form) = FormBody::from_request(request, &http).await?;
    // `token_type_hint` only helps a server that cannot tell by itself.
    let token = form.required("token", |text| Ok::<_, Violation>(text.to_owned()));
    let token = form.finish(token)?;
    let told = http.auth.introspect(&token).await?;
    let active = told.is_some();
    Ok(Json(Answer { active, told }).into_response())
}
