//! `horizon-auth users end-sessions`.

use horizon_auth::Code;
use horizon_auth::operator::{EndOneSessionCommand, EndReason, SessionId, User};

use super::desk::{Desk, Done, explain};
use crate::cli::EndSessionsArgs;
use crate::ui::Failure;

pub(super) async fn run(desk: &Desk, args: &EndSessionsArgs) -> Result<(), Failure> {
    let user = desk.find(&args.one.user).await?;
    let ended = if let Some(id) = &args.session {
        end_one(desk, &user, id).await?
    } else {
        let ended = desk
            .auth()
            .end_user_sessions(&desk.tenant, user.id, &desk.client)
            .await;
        ended.map_err(|error| explain(&error))?
    };
    let sentence = match ended {
        1 => "ended 1 session".to_owned(),
        count => format!("ended {count} sessions"),
    };
    desk.answer_in_effect(&user, &Done::new("sessions_ended", &sentence))
        .await
}

async fn end_one(desk: &Desk, user: &User, id: &str) -> Result<u64, Failure> {
    let session: SessionId = id
        .parse()
        .map_err(|_| Failure::new("--session must be the id of a session"))?;
    let cmd = EndOneSessionCommand {
        tenant: desk.tenant.clone(),
        user: user.id,
        session,
        reason: EndReason::Operator,
        client: desk.client.clone(),
    };
    match desk.auth().end_one_session(cmd).await {
        Ok(()) => Ok(1),
        Err(error) if error.code() == Code::NotFound => Err(Failure::new(
            "--session: the account has no such live session; `horizon-auth users sessions` shows those it has",
        )),
        Err(error) => Err(explain(&error)),
    }
}
