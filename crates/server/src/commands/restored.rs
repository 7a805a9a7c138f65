//! `horizon-auth restored`: what came back with a backup ends.

use horizon_auth::commands::RestoreSettled;
use horizon_auth::operator::Client;
use horizon_auth::{ClaimError, Engine, Error};

use super::block_on;
use super::users::desk::{self, expect_schema};
use crate::cli::ConfigArgs;
use crate::load_config;
use crate::ui::{self, Failure};

/// By what name the audit trail knows this program.
const AGENT: &str = "horizon-auth restored";

pub(crate) fn run(args: &ConfigArgs) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    block_on(async {
        let engine = Engine::open_beside_server(&config)
            .map_err(|error| Failure::because("the engine cannot start", &error))?;
        let done = alone(&engine).await;
        engine.close().await;
        done
    })
}

/// Holds the database meanwhile, so that no server can begin in between.
async fn alone(engine: &Engine) -> Result<(), Failure> {
    expect_schema(engine).await?;
    let claim = engine.claim_alone().await.map_err(|error| match error {
        ClaimError::Taken | ClaimError::TakenByOne => Failure::new(
            "a server runs on this database; stop every one, and then run this again: until then they accept what the \
             backup brought back, and nothing was changed",
        ),
        other => Failure::because("the database", &other),
    })?;
    let settled = settle(engine).await;
    claim.release().await;
    tell(&settled?);
    Ok(())
}

async fn settle(engine: &Engine) -> Result<RestoreSettled, Failure> {
    let request = engine.auth().fresh_request_id();
    let client = Client {
        user_agent: Some(AGENT.to_owned()),
        ..Client::local(request.map_err(|error| desk::explain(&error))?)
    };
    let settled = engine.auth().settle_restore(&client).await;
    settled.map_err(|error| match error {
        Error::Keys(refusal) => Failure::new(refusal.to_string()),
        Error::Cache(_) => Failure::because(
            "it is stored, but Redis did not take it: run this again when it answers, and only then start a server",
            &error,
        ),
        other => Failure::because("the restore is not settled, and nothing was changed", &other),
    })
}

fn tell(settled: &RestoreSettled) {
    match settled.newest_event_at {
        Some(at) => ui::line(&format!(
            "the newest event in this database is of {at}: what happened later is lost"
        )),
        None => ui::line("this database has no events: all that happened is lost"),
    }
    ui::line(&format!(
        "ended {}, withdrew {}, gave up {} that may have been sent already",
        counted(settled.sessions, "session"),
        counted(settled.links, "link"),
        counted(settled.mails, "mail"),
    ));
    ui::line(&format!(
        "no access token from before is believed, whoever it was for ({} of {} are known)",
        counted(settled.users, "user"),
        counted(settled.tenants as u64, "tenant"),
    ));
    for kid in &settled.revoked_keys {
        ui::line(&format!("revoked the key {kid}"));
    }
    if let Some(kid) = &settled.signs {
        ui::line(&format!("the fresh key {kid} signs from now on"));
    }
    for kid in &settled.configured_keys {
        ui::line(&format!(
            "believed as before, because the configuration names it: the key {kid}; if it was given up after the \
             backup, take it out before you start a server"
        ));
    }
    ui::line(
        "passwords, roles and disabled or deleted accounts are as they were in the backup: docs/guide/backup.md says how \
         to find what was changed since",
    );
}

fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
