//! `horizon-auth users end-sessions`.

use super::desk::{Desk, Done, explain};
use crate::ui::Failure;

pub(super) async fn run(desk: &Desk, named: &str) -> Result<(), Failure> {
    let user = desk.find(named).await?;
    let ended = desk
        .auth()
        .end_user_sessions(&desk.tenant, user.id, &desk.client)
        .await;
    let sentence = match ended.map_err(|error| explain(&error))? {
        1 => "ended 1 session".to_owned(),
        count => format!("ended {count} sessions"),
    };
    desk.answer_in_effect(&user, &Done::new("sessions_ended", &sentence))
        .await
}
