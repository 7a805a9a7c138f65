//! `horizon-auth users set-roles`.

use horizon_auth::operator::Role;

use super::desk::{Desk, Done, broken, explain};
use crate::cli::SetRolesArgs;
use crate::ui::Failure;

pub(super) async fn run(desk: &Desk, args: &SetRolesArgs) -> Result<(), Failure> {
    let roles = parse_roles("ROLES", &args.roles)?;
    let user = desk.find(&args.one.user).await?;
    let set = desk
        .auth()
        .set_roles(&desk.tenant, user.id, &roles, &desk.client)
        .await;
    set.map_err(|error| explain(&error))?;
    desk.answer_in_effect(&user, &Done::new("roles_set", "roles set"))
        .await
}

/// Role names as they were typed.
pub(super) fn parse_roles(typed: &str, names: &[String]) -> Result<Vec<Role>, Failure> {
    let role = |name: &String| {
        Role::parse(name).map_err(|violation| broken(&format!("{typed}: {name:?}"), &violation))
    };
    names.iter().map(role).collect()
}
