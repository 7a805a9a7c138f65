//! `horizon-auth users sessions`.

use horizon_auth::operator::{Device, ListedSession};
use serde::Serialize;

use super::desk::{Desk, explain, json};
use crate::ui::{self, Failure};

/// A session for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: String,
    device: Option<String>,
    created_at: String,
    last_seen_at: String,
    expires_at: String,
    user_agent: Option<&'a str>,
}

pub(super) async fn run(desk: &Desk, named: &str) -> Result<(), Failure> {
    let user = desk.find(named).await?;
    let sessions = desk.auth().list_sessions(&desk.tenant, user.id).await;
    let sessions = sessions.map_err(|error| explain(&error))?;
    if !desk.json {
        ui::line(&format!(
            "{:36}  {:24}  {:24}  {:24}  DEVICE",
            "ID", "CREATED", "LAST SEEN", "EXPIRES"
        ));
    }
    for session in &sessions {
        let line = Line::of(session);
        let text = if desk.json {
            json(&line)?
        } else {
            let device = line.device.as_deref().unwrap_or("-");
            let (created, seen, expires) = (&line.created_at, &line.last_seen_at, &line.expires_at);
            format!("{}  {created:24}  {seen:24}  {expires:24}  {device}", line.id)
        };
        if ui::try_line(&text).is_err() {
            return Ok(()); // nobody reads on
        }
    }
    Ok(())
}

impl<'a> Line<'a> {
    fn of(session: &'a ListedSession) -> Self {
        let agent = session.user_agent.as_deref();
        Self {
            id: session.id.to_string(),
            device: agent.and_then(Device::of).map(|device| device.to_string()),
            created_at: session.created_at.to_string(),
            last_seen_at: session.last_seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
            user_agent: agent,
        }
    }
}
