//! `horizon-auth roles`.

use horizon_auth::Code;
use horizon_auth::operator::StoredRole;
use serde::Serialize;

use super::desk::{Desk, explain, json};
use super::set_roles::parse_role;
use crate::cli::RolesCommand;
use crate::ui::{self, Failure};

pub(super) async fn run(desk: &Desk, command: RolesCommand) -> Result<(), Failure> {
    match command {
        RolesCommand::List(_) => list(desk).await,
        RolesCommand::Create(args) => create(desk, &args.role).await,
        RolesCommand::Delete(args) => delete(desk, &args.role).await,
    }
}

/// A role for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    name: &'a str,
    users: i64,
    created_at: String,
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let roles = desk.auth().list_roles(&desk.tenant).await;
    let roles = roles.map_err(|error| explain(&error))?;
    let names = roles.iter().map(|stored| stored.role.as_str().len());
    let width = names.max().unwrap_or(0).max("NAME".len());
    if !desk.json {
        ui::line(&format!("{:width$}  {:>8}  CREATED", "NAME", "ACCOUNTS"));
    }
    for stored in &roles {
        ui::line(&written(desk, stored, width)?);
    }
    Ok(())
}

fn written(desk: &Desk, stored: &StoredRole, width: usize) -> Result<String, Failure> {
    let (name, users) = (stored.role.as_str(), stored.holders);
    let created_at = stored.created_at.to_string();
    if desk.json {
        return json(&Line {
            name,
            users,
            created_at,
        });
    }
    let day: String = created_at.chars().take(10).collect();
    Ok(format!("{name:width$}  {users:>8}  {day}"))
}

/// What was done to a role, for programs.
#[derive(Serialize)]
struct Answer<'a> {
    role: &'a str,
    done: &'a str,
}

async fn create(desk: &Desk, name: &str) -> Result<(), Failure> {
    let role = parse_role("ROLE", name)?;
    let made = desk.auth().create_role(&desk.tenant, &role, &desk.client).await;
    if made.map_err(|error| explain(&error))? {
        say(desk, role.as_str(), "created", "created")
    } else {
        say(desk, role.as_str(), "unchanged", "there already, nothing done")
    }
}

async fn delete(desk: &Desk, name: &str) -> Result<(), Failure> {
    let role = parse_role("ROLE", name)?;
    let deleted = desk.auth().delete_role(&desk.tenant, &role, &desk.client).await;
    match deleted {
        Ok(()) => say(desk, role.as_str(), "deleted", "deleted"),
        Err(error) if error.code() == Code::RoleInUse => Err(Failure::new(format!(
            "ROLE: {role} is the role of administrators, of new accounts, or of somebody; \
             `horizon-auth users revoke-role` takes it away"
        ))),
        Err(error) if error.code() == Code::NotFound => Err(Failure::new(format!(
            "ROLE: the tenant {} has no role {role}; `horizon-auth roles list` shows those it has",
            desk.tenant
        ))),
        Err(error) => Err(explain(&error)),
    }
}

fn say(desk: &Desk, role: &str, done: &str, sentence: &str) -> Result<(), Failure> {
    let text = if desk.json {
        json(&Answer { role, done })?
    } else {
        format!("{sentence}: role {role}")
    };
    ui::line(&text);
    Ok(())
}
