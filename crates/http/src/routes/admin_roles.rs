//! What administrators do with the accounts of their tenant.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use axum::response::IntoResponse;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::role::{Role, StoredRole};
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::flows::{ChangeRolesCommand, VouchForEmailsCommand};
use serde::Serialize;
use serde_json::json;

use crate::extract::{Caller, CurrentAdmin, JsonBody, PathId};
use crate::problem::Problem;
use crate::state::Http;

/// Most roles of one account that can be set here.
pub(crate) const MAX_ROLES: usize = 100;
/// Most accounts that can be vouched for at once.
pub(crate) const MAX_USERS: usize = 100;

/// `GET /admin/roles`: 200 with the roles of the tenant.
pub(crate) async fn list(State(http): State<Http>, caller: CurrentAdmin) -> Result<Response<Body>, Problem> {
    http.auth.expect_admin(&caller).await?;
    let roles = http.auth.list_roles(&caller.tenant).await?;
    let roles: Vec<RoleBody<'_>> = roles.iter().map(RoleBody::from).collect();
    Ok(Json(json!({ "roles": roles })).into_response())
}

/// `GET /admin/users/{id}/roles`: 200 with the roles of an account.
pub(crate) async fn of_user(
    State(http): State<Http>,
    caller: CurrentAdmin,
    PathId(user): PathId<UserId>,
) -> Result<Response<Body>, Problem> {
    let user = http.auth.find_member(&caller, user).await?;
    Ok(roles(&user.roles))
}

/// `PUT /admin/users/{id}/roles`: 200 with the roles as they are then.
pub(crate) async fn set(
    State(http): State<Http>,
    caller: CurrentAdmin,
    Caller(client): Caller,
    PathId(user): PathId<UserId>,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let wanted = body.required_list("roles", MAX_ROLES, Role::parse);
    let wanted = body.finish(wanted)?;
    let now = http
        .auth
        .change_roles(ChangeRolesCommand {
            caller: &caller,
            user,
            roles: wanted,
            client,
        })
        .await?;
    Ok(roles(&now))
}

/// `GET /admin/users/{id}/verification-status`: 200; whether the address of an account was proved, and when.
pub(crate) async fn verification(
    State(http): State<Http>,
    caller: CurrentAdmin,
    PathId(user): PathId<UserId>,
) -> Result<Response<Body>, Problem> {
    let user = http.auth.find_member(&caller, user).await?;
    let body = json!({
        "id": user.id.to_string(),
        "emailVerified": user.email_verified_at.is_some(),
        "emailVerifiedAt": user.email_verified_at.map(|at| at.to_string()),
    });
    Ok(Json(body).into_response())
}

/// `POST /admin/verify-users`: 200 with the number of accounts whose address was not proved before.
pub(crate) async fn vouch(
    State(http): State<Http>,
    caller: CurrentAdmin,
    Caller(client): Caller,
    JsonBody(mut body): JsonBody,
) -> Result<Response<Body>, Problem> {
    let users = body.required_list("userIds", MAX_USERS, |text| {
        let id = text.parse::<UserId>();
        id.map_err(|_| Violation::new("userIds", "must be ids of accounts"))
    });
    let users = body.finish(users)?;
    let verified = http
        .auth
        .vouch_for_emails(VouchForEmailsCommand {
            caller: &caller,
            users,
            client,
        })
        .await?;
    Ok(Json(json!({ "verified": verified })).into_response())
}

fn roles(roles: &[Role]) -> Response<Body> {
    let names: Vec<&str> = roles.iter().map(Role::as_str).collect();
    Json(json!({ "roles": names })).into_response()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleBody<'a> {
    name: &'a str,
    created_at: String,
    /// How many accounts have it.
    users: i64,
}

impl<'a> From<&'a StoredRole> for RoleBody<'a> {
    fn from(stored: &'a StoredRole) -> Self {
        Self {
            name: stored.role.as_str(),
            created_at: stored.created_at.to_string(),
            users: stored.holders,
        }
    }
}
