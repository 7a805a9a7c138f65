//! `horizon-auth users show`.

use horizon_auth::operator::DisableReason;
use serde::Serialize;

use super::account::{Account, roles, state};
use super::desk::{Desk, explain, json};
use crate::ui::{self, Failure};

/// Everything about an account that is not a secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    #[serde(flatten)]
    account: Account<'a>,
    tenant_id: &'a str,
    disabled_by: Option<&'static str>,
    live_sessions: i64,
    updated_at: String,
}

pub(super) async fn run(desk: &Desk, named: &str) -> Result<(), Failure> {
    let user = desk.find(named).await?;
    let live = desk.auth().live_sessions(&desk.tenant, user.id).await;
    let live_sessions = live.map_err(|error| explain(&error))?;
    if desk.json {
        ui::line(&json(&Details {
            account: Account::new(&user, None),
            tenant_id: user.tenant.as_str(),
            disabled_by: user.disabled_by.map(DisableReason::as_str),
            live_sessions,
            updated_at: user.updated_at.to_string(),
        })?);
        return Ok(());
    }
    let rows = [
        ("id", user.id.to_string()),
        ("tenant", user.tenant.to_string()),
        ("address", user.email.written().to_owned()),
        ("name", user.full_name.clone().unwrap_or_else(|| "-".to_owned())),
        ("state", state(&user).to_owned()),
        ("roles", roles(&user)),
        (
            "language",
            user.locale
                .as_ref()
                .map_or_else(|| "-".to_owned(), ToString::to_string),
        ),
        ("sessions", live_sessions.to_string()),
        ("created", user.created_at.to_string()),
        ("changed", user.updated_at.to_string()),
    ];
    for (name, value) in rows {
        ui::line(&format!("{name:10}{value}"));
    }
    Ok(())
}
