//! `horizon-auth migrate`: the schema planned, applied, looked at and compared.

use std::time::Duration;

use horizon_auth::{Engine, ListedMigration, MigrateError, MigrationStatus, Patience, Progress, Standing};
use serde::Serialize;

use super::block_on;
use crate::cli::{ApplyArgs, ConfigArgs, MigrateArgs, MigrateCommand, PlanArgs, StatusArgs};
use crate::load_config;
use crate::ui::{self, Failure};

/// The exit status of `plan --exit-code` where something is missing.
const SOMETHING_TO_DO: u8 = 3;

pub(crate) fn run(args: &MigrateArgs) -> Result<(), Failure> {
    match &args.command {
        None if args.status => status(&args.config, false),
        None => apply(&args.config, Patience::default()),
        Some(MigrateCommand::Plan(args)) => plan(args),
        Some(MigrateCommand::Apply(args)) => apply(&args.config, patience(args)),
        Some(MigrateCommand::Status(StatusArgs { config, json })) => status(config, *json),
        Some(MigrateCommand::Verify(config)) => verify(config),
    }
}

fn patience(args: &ApplyArgs) -> Patience {
    Patience {
        for_others: Duration::from_secs(args.wait.into()),
        for_tables: Duration::from_secs(args.lock_timeout.into()),
    }
}

/// Opens the engine without touching the database, and closes it when `work` is done.
fn with_engine(
    args: &ConfigArgs,
    work: impl AsyncFnOnce(&Engine) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    block_on(async {
        let engine = Engine::open_beside_server(&config)
            .map_err(|error| Failure::because("the engine cannot start", &error))?;
        let done = work(&engine).await;
        engine.close().await;
        done
    })
}

fn failure(error: &MigrateError) -> Failure {
    Failure::because("the database schema", error)
}

fn plan(args: &PlanArgs) -> Result<(), Failure> {
    with_engine(&args.config, async |engine| {
        let listed = engine.list_migrations().await.map_err(|error| failure(&error))?;
        expect_sound(&listed)?;
        let pending: Vec<_> = listed
            .iter()
            .filter(|one| one.standing == Standing::Pending)
            .collect();
        if pending.is_empty() {
            ui::line(&format!(
                "nothing to do: all {} migrations are applied",
                listed.len()
            ));
            return Ok(());
        }
        // With the statements it is a script: what is not SQL is a comment.
        let comment = if args.sql { "-- " } else { "" };
        ui::line(&format!(
            "{comment}to apply, in this order: {}",
            counted(pending.len())
        ));
        for one in &pending {
            let indent = if args.sql { "" } else { "  " };
            ui::line(&format!("{comment}{indent}{}", one.name));
            if args.sql {
                ui::line(one.sql.unwrap_or_default().trim_end());
            }
        }
        if args.exit_code {
            return Err(Failure::silent(SOMETHING_TO_DO));
        }
        Ok(())
    })
}

fn apply(args: &ConfigArgs, patience: Patience) -> Result<(), Failure> {
    with_engine(args, async |engine| {
        let applied = engine
            .apply_migrations(patience, &mut tell)
            .await
            .map_err(|error| failure(&error))?;
        let all = engine
            .migration_status()
            .await
            .map_err(|error| failure(&error))?
            .known;
        ui::line(&match applied {
            0 => format!("nothing to do: all {all} migrations are applied"),
            _ => format!(
                "applied {}; the schema is current ({all} in all)",
                counted(applied)
            ),
        });
        Ok(())
    })
}

fn tell(progress: Progress<'_>) {
    ui::line(&match progress {
        Progress::Waiting { holder, at_most } => format!(
            "waiting, at most {} s: another process holds the schema ({holder})",
            at_most.as_secs()
        ),
        Progress::Applying { name } => format!("applying {name}"),
        Progress::Applied { name, took } => format!("applied {name} in {} ms", took.as_millis()),
    });
}

/// A migration for programs. Names and words never change.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    version: i64,
    name: &'a str,
    state: &'static str,
    applied_at: Option<&'a str>,
    took_ms: Option<u128>,
}

impl<'a> Row<'a> {
    fn of(one: &'a ListedMigration) -> Self {
        Self {
            version: one.version,
            name: &one.name,
            state: one.standing.as_str(),
            applied_at: one.applied_at.as_deref(),
            took_ms: one.took.map(|took| took.as_millis()),
        }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    current: bool,
    applied: usize,
    known: usize,
    migrations: Vec<Row<'a>>,
}

fn status(args: &ConfigArgs, json: bool) -> Result<(), Failure> {
    with_engine(args, async |engine| {
        let listed = engine.list_migrations().await.map_err(|error| failure(&error))?;
        let status = MigrationStatus::of(&listed);
        if json {
            let answer = Answer {
                current: status.is_current(),
                applied: status.applied,
                known: status.known,
                migrations: listed.iter().map(Row::of).collect(),
            };
            let text = serde_json::to_string(&answer);
            ui::line(&text.map_err(|error| Failure::because("the answer cannot be written", &error))?);
        } else {
            ui::line(&format!(
                "{} of {} migrations are applied",
                status.applied, status.known
            ));
            let widest = listed.iter().map(|one| one.name.len()).max().unwrap_or(0);
            for one in &listed {
                let at = one.applied_at.as_deref().unwrap_or_default();
                let line = format!("  {:<widest$}  {:<8}  {at}", one.name, one.standing.as_str());
                ui::line(line.trim_end());
            }
        }
        if status.is_current() {
            Ok(())
        } else {
            Err(Failure::new("the schema is not current"))
        }
    })
}

fn verify(args: &ConfigArgs) -> Result<(), Failure> {
    with_engine(args, async |engine| {
        let listed = engine.list_migrations().await.map_err(|error| failure(&error))?;
        let status = MigrationStatus::of(&listed);
        ui::line(&format!(
            "{} of {} migrations are applied",
            status.applied, status.known
        ));
        if status.applied < status.known {
            ui::line("the others are compared once `horizon-auth migrate apply` has applied them");
        }
        let strange: Vec<_> = listed
            .iter()
            .filter_map(|one| one.standing.complaint().map(|text| (one, text)))
            .collect();
        for (one, text) in &strange {
            ui::line(&format!("{}: {text}", one.name));
        }
        if listed.iter().any(|one| one.standing == Standing::Unknown) {
            return Err(Failure::new(
                "the schema is of a newer program, which alone can tell what its tables should be like",
            ));
        }
        let drift = engine.list_drift().await.map_err(|error| failure(&error))?;
        for one in &drift {
            ui::line(&one.to_string());
        }
        match (strange.len(), drift.len()) {
            (0, 0) => {
                ui::line("nothing differs from what they make");
                Ok(())
            }
            (0, 1) => Err(Failure::new("1 difference")),
            (0, many) => Err(Failure::new(format!("{many} differences"))),
            (_, many) => Err(Failure::new(format!(
                "what was applied is not what this program would apply; {many} differences besides"
            ))),
        }
    })
}

/// Refuses to plan what `apply` would refuse.
fn expect_sound(listed: &[ListedMigration]) -> Result<(), Failure> {
    let complaints: Vec<String> = listed
        .iter()
        .filter_map(|one| one.standing.complaint().map(|text| format!("{}: {text}", one.name)))
        .collect();
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(complaints.join("\n")))
    }
}

fn counted(migrations: usize) -> String {
    match migrations {
        1 => "1 migration".to_owned(),
        many => format!("{many} migrations"),
    }
}
