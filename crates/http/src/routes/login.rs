use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::flows::LoginCommand;

use crate::body::pair;
use crate::extract::{Caller, JsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `POST /auth/login`: 200 with a pair.
pub(crate) async fn login(
    State(http): State<Http>,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let email = body.required("email", Email::parse);
    let password = body.required("password", Password::offered);
    let (email, password) = body.finish(email.zip(password))?;
    let tenant = http.auth.policy().default_tenant.clone();
    let logged_in = http
        .auth
        .login(LoginCommand {
            tenant,
            email,
            password,
            client,
        })
        .await?;
    Ok(pair(StatusCode::OK, &http, &logged_in))
}
