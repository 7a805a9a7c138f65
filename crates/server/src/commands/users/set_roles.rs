//! `horizon-auth users set-roles`.

use horizon_auth::operator::Role;

use super::desk::{Desk, Done, broken};
use crate::cli::SetRolesArgs;
use crate::ui::Failure;

pub(super) async fn run(desk: &Desk, args: &SetRolesArgs) -> Result<(), Failure> {
    let roles = parse_roles("ROLES", &args.roles)?;
    let user = desk.find(&args.one.user).await?;
    let set = desk
        .auth()
        .set_roles(&desk.tenant, user.id, &roles, &desk.client)
        .await;
    match set {
        Ok(true) => {
            let done = Done::new("roles_set", "roles set");
            desk.answer_in_effect(&user, &done).await
        }
        Ok(false) => desk.answer(
            &user,
            &Done::new("unchanged", "has these roles already, nothing done"),
        ),
        Err(error) => Err(desk.explain_roles(&error, "ROLES", &roles).await),
    }
}

/// Role names as they were typed.
pub(super) fn parse_roles(typed: &str, names: &[String]) -> Result<Vec<Role>, Failure> {
    names.iter().map(|name| parse_role(typed, name)).collect()
}

/// One of them.
pub(super) fn parse_role(typed: &str, name: &str) -> Result<Role, Failure> {
    Role::parse(name).map_err(|violation| broken(&format!("{typed}: {name:?}"), &violation))
}
