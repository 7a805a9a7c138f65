//! One event on one line.

use horizon_auth::operator::AuditRecord;
use serde::Serialize;

use crate::commands::users::desk::json;
use crate::ui::Failure;

/// An event for programs: the fields of the security log, and what the table adds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    timestamp: String,
    level: &'a str,
    event: &'a str,
    tenant_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    request_id: String,
    id: String,
}

/// The event, for programs or for people.
pub(super) fn text(event: &AuditRecord, as_json: bool) -> Result<String, Failure> {
    if as_json {
        return json(&Line {
            timestamp: event.at.to_string(),
            level: &event.level,
            event: &event.event,
            tenant_id: &event.tenant,
            user_id: event.user.map(|id| id.to_string()),
            session_id: event.session.map(|id| id.to_string()),
            email: event.email.as_deref(),
            ip: event.ip.as_deref(),
            user_agent: event.user_agent.as_deref(),
            request_id: event.request.to_string(),
            id: event.id.to_string(),
        });
    }
    let user = event.user.map(|id| id.to_string());
    Ok(columns([
        &event.at.to_string(),
        &event.level,
        &event.event,
        &event.tenant,
        user.as_deref().unwrap_or("-"),
        event.email.as_deref().unwrap_or("-"),
        // A keyed hash is long, and its beginning tells it from others.
        event.ip.as_deref().map_or("-", |ip| ip.get(..39).unwrap_or(ip)),
        &event.request.to_string(),
    ]))
}

/// The names of the columns.
pub(super) fn header() -> String {
    columns([
        "TIME", "LEVEL", "EVENT", "TENANT", "USER", "ADDRESS", "NETWORK", "REQUEST",
    ])
}

fn columns([at, level, event, tenant, user, email, ip, request]: [&str; 8]) -> String {
    format!("{at:24}  {level:5}  {event:24}  {tenant:10}  {user:36}  {email:24}  {ip:15}  {request}")
}
