//! `horizon-auth users delete`.

use super::desk::{Desk, Done, explain};
use crate::cli::DeleteArgs;
use crate::ui::Failure;

pub(super) async fn run(desk: &Desk, args: &DeleteArgs) -> Result<(), Failure> {
    let user = desk.find(&args.one.user).await?;
    if !args.yes {
        return Err(Failure::new(format!(
            "this would delete {}, id {}, and everything of the account for good; repeat with --yes to do it",
            user.email.canonical(),
            user.id
        )));
    }
    let erased = desk.auth().erase_user(&desk.tenant, user.id, &desk.client).await;
    erased.map_err(|error| explain(&error))?;
    desk.answer_in_effect(&user, &Done::new("deleted", "deleted"))
        .await
}
