use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use axum::response::IntoResponse;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::user::{ProfileChange, User};
use horizon_auth_core::flows::UpdateProfileCommand;

use crate::body::SafeUser;
use crate::extract::{Caller, CurrentUser, JsonBody};
use crate::problem::Problem;
use crate::state::Http;

/// `GET /auth/profile`: 200 with the caller's own account.
pub(crate) async fn profile(
    State(http): State<Http>,
    caller: CurrentUser,
) -> Result<Response<Body>, Problem> {
    let user = http.auth.profile(&caller).await?;
    Ok(Json(SafeUser::from(&user)).into_response())
}

/// `PATCH /auth/profile`: 200 with the account as it is then. A field that is missing stays, one that is
/// null is emptied.
pub(crate) async fn update(
    State(http): State<Http>,
    caller: CurrentUser,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let full_name = body.change("fullName", User::parse_full_name);
    let locale = body.change("locale", |text| Locale::parse(text).map(Some));
    let (full_name, locale) = body.finish(full_name.zip(locale))?;
    let user = http
        .auth
        .update_profile(UpdateProfileCommand {
            caller: &caller,
            change: ProfileChange { full_name, locale },
            client,
        })
        .await?;
    Ok(Json(SafeUser::from(&user)).into_response())
}
