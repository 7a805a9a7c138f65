//! `horizon-auth users grant|revoke-role`.

use super::desk::{Desk, Done, explain};
use super::set_roles::parse_role;
use crate::cli::OneRole;
use crate::ui::Failure;

pub(super) async fn give(desk: &Desk, args: &OneRole) -> Result<(), Failure> {
    let role = parse_role("ROLE", &args.role)?;
    let user = desk.find(&args.user).await?;
    let granted = desk
        .auth()
        .grant_role(&desk.tenant, user.id, &role, &desk.client)
        .await;
    match granted {
        Ok(true) => {
            let done = Done::new("role_granted", "role granted");
            desk.answer_in_effect(&user, &done).await
        }
        Ok(false) => desk.answer(
            &user,
            &Done::new("unchanged", "has the role already, nothing done"),
        ),
        Err(error) => Err(desk.explain_roles(&error, "ROLE", &[role]).await),
    }
}

pub(super) async fn take(desk: &Desk, args: &OneRole) -> Result<(), Failure> {
    let role = parse_role("ROLE", &args.role)?;
    let user = desk.find(&args.user).await?;
    let revoked = desk
        .auth()
        .revoke_role(&desk.tenant, user.id, &role, &desk.client)
        .await;
    if revoked.map_err(|error| explain(&error))? {
        let done = Done::new("role_revoked", "role taken away");
        return desk.answer_in_effect(&user, &done).await;
    }
    desk.answer(
        &user,
        &Done::new("unchanged", "does not have the role, nothing done"),
    )
}
