//! `horizon-auth users disable|enable`.

use super::desk::{Desk, Done, explain};
use crate::cli::OneUser;
use crate::ui::Failure;

pub(super) async fn off(one: &OneUser) -> Result<(), Failure> {
    let desk = Desk::open(&one.scope).await?;
    let user = desk.find(&one.user).await?;
    let disabled = desk
        .auth()
        .disable_user(&desk.tenant, user.id, &desk.client)
        .await;
    disabled.map_err(|error| explain(&error))?;
    desk.answer_in_effect(&user, &Done::new("disabled", "disabled"))
        .await
}

pub(super) async fn on(one: &OneUser) -> Result<(), Failure> {
    let desk = Desk::open(&one.scope).await?;
    let user = desk.find(&one.user).await?;
    let enabled = desk.auth().enable_user(&desk.tenant, user.id, &desk.client).await;
    let was_off = enabled.map_err(|error| explain(&error))?;
    let done = if was_off {
        Done::new("enabled", "enabled")
    } else {
        Done::new("unchanged", "not disabled, nothing done")
    };
    desk.answer(&user, &done)
}
