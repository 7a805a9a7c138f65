//! `npx horizon-auth migrate`: the schema, for people who have the npm packages only.

use std::path::Path;

use horizon_auth::{Engine, ListedMigration, MigrationStatus, Patience, Standing};
use napi_derive::napi;

use crate::options::{Read, chain};

/// What was found or done.
#[napi(object)]
#[derive(Debug)]
pub(crate) struct MigrateReport {
    /// For people, to be printed.
    pub(crate) lines: Vec<String>,
    /// Of the command: 0, or 1 if the schema is not as it should be.
    pub(crate) status: u32,
}

/// Does what the program's `horizon-auth migrate` does: `plan`, `plan-sql`, `apply`, `status` or `verify`, on the
/// database of the options.
///
/// # Errors
/// What is wrong with the options or the database; nothing is half done.
#[napi]
pub(crate) async fn migrate(what: String, options: String, folder: String) -> napi::Result<MigrateReport> {
    run(&what, &options, Path::new(&folder))
        .await
        .map_err(napi::Error::from_reason)
}

async fn run(what: &str, options: &str, folder: &Path) -> Result<MigrateReport, String> {
    let read = Read::new(options, folder);
    let config = read.prepare().map_err(|problems| problems.join("\n"))?;
    let engine = Engine::open_beside_server(&config).map_err(|error| read.in_names(&chain(&error)))?;
    let done = match what {
        "plan" => plan(&engine, false).await,
        "plan-sql" => plan(&engine, true).await,
        "apply" => apply(&engine).await,
        "status" => status(&engine).await,
        "verify" => verify(&engine).await,
        _ => Err(format!("no command {what}")),
    };
    engine.close().await;
    done
}

async fn plan(engine: &Engine, with_sql: bool) -> Result<MigrateReport, String> {
    let listed = list(engine).await?;
    let complaints = complaints(&listed);
    if !complaints.is_empty() {
        return Ok(report(complaints, false));
    }
    let pending: Vec<_> = listed
        .iter()
        .filter(|one| one.standing == Standing::Pending)
        .collect();
    if pending.is_empty() {
        return Ok(report(vec![nothing_to_do(listed.len())], true));
    }
    // With the statements it is a script: what is not SQL is a comment.
    let comment = if with_sql { "-- " } else { "" };
    let mut lines = vec![format!("{comment}to apply, in this order:")];
    for one in pending {
        lines.push(format!("{comment}{}", one.name));
        if with_sql {
            lines.push(one.sql.unwrap_or_default().trim_end().to_owned());
        }
    }
    Ok(report(lines, true))
}

async fn apply(engine: &Engine) -> Result<MigrateReport, String> {
    let applied = engine
        .apply_migrations(Patience::default(), &mut |_| {})
        .await
        .map_err(|error| chain(&error))?;
    let all = engine.migration_status().await.map_err(|error| chain(&error))?.known;
    let line = match applied {
        0 => nothing_to_do(all),
        _ => format!("applied {applied}; the schema is current ({all} migrations in all)"),
    };
    Ok(report(vec![line], true))
}

async fn status(engine: &Engine) -> Result<MigrateReport, String> {
    let listed = list(engine).await?;
    let status = MigrationStatus::of(&listed);
    let mut lines = vec![counted(status)];
    for one in &listed {
        let at = one.applied_at.as_deref().unwrap_or_default();
        let line = format!("  {}  {}  {at}", one.name, one.standing.as_str());
        lines.push(line.trim_end().to_owned());
    }
    Ok(report(lines, status.is_current()))
}

async fn verify(engine: &Engine) -> Result<MigrateReport, String> {
    let listed = list(engine).await?;
    let status = MigrationStatus::of(&listed);
    let complaints = complaints(&listed);
    // What a newer program made, only that one can compare.
    let is_newer = listed.iter().any(|one| one.standing == Standing::Unknown);
    let drift = if is_newer {
        Vec::new()
    } else {
        engine.list_drift().await.map_err(|error| chain(&error))?
    };
    let mut lines = vec![counted(status)];
    if status.applied < status.known {
        lines.push("the others are compared once `horizon-auth migrate apply` has applied them".to_owned());
    }
    let is_sound = complaints.is_empty() && drift.is_empty();
    lines.extend(complaints);
    lines.extend(drift.iter().map(ToString::to_string));
    if is_sound {
        lines.push("nothing differs from what they make".to_owned());
    }
    Ok(report(lines, is_sound))
}

async fn list(engine: &Engine) -> Result<Vec<ListedMigration>, String> {
    engine.list_migrations().await.map_err(|error| chain(&error))
}

fn complaints(listed: &[ListedMigration]) -> Vec<String> {
    let complaint = |one: &ListedMigration| Some(format!("{}: {}", one.name, one.standing.complaint()?));
    listed.iter().filter_map(complaint).collect()
}

fn counted(status: MigrationStatus) -> String {
    format!("{} of {} migrations are applied", status.applied, status.known)
}

fn nothing_to_do(all: usize) -> String {
    format!("nothing to do: all {all} migrations are applied")
}

fn report(lines: Vec<String>, is_well: bool) -> MigrateReport {
    MigrateReport {
        lines,
        status: u32::from(!is_well),
    }
}
