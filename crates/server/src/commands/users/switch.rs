//! `horizon-auth users disable|enable`.

use super::desk::{Desk, Done, explain};
use crate::ui::Failure;

pub(super) async fn off(desk: &Desk, named: &str) -> Result<(), Failure> {
    let user = desk.find(named).await?;
    let disabled = desk
        .auth()
        .disable_user(&desk.tenant, user.id, &desk.client)
        .await;
    disabled.map_err(|error| explain(&error))?;
    desk.answer_in_effect(&user, &Done::new("disabled", "disabled"))
        .await
}

pub(super) async fn on(desk: &Desk, named: &str) -> Result<(), Failure> {
    let user = desk.find(named).await?;
    let enabled = desk.auth().enable_user(&desk.tenant, user.id, &desk.client).await;
    let was_off = enabled.map_err(|error| explain(&error))?;
    let done = if was_off {
        Done::new("enabled", "enabled")
    } else {
        Done::new("unchanged", "not disabled, nothing done")
    };
    desk.answer(&user, &done)
}
