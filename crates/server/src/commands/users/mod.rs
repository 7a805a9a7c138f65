//! `horizon-auth users`: accounts in the hands of an operator, one verb or pair of verbs per file.
//!
//! The rules are flows of the engine. Here an account is named, a flow is called, and the answer is
//! given, for people or for programs. Beside a running server a command that takes something away
//! returns when the server has seen it (`effect.rs`).

mod account;
mod create;
mod delete;
pub(super) mod desk;
pub(super) mod effect;
mod end_sessions;
mod export;
mod fields;
mod format;
mod grant;
mod import;
mod lines;
mod list;
mod reset_password;
mod roles;
mod sessions;
mod set_roles;
mod show;
mod switch;
mod tenants;

use super::block_on;
use crate::cli::{RolesCommand, TenantsCommand, UsersCommand};
use crate::ui::Failure;
use desk::Desk;

pub(super) fn run(command: UsersCommand) -> Result<(), Failure> {
    block_on(async {
        let desk = Desk::open(command.scope()).await?;
        let done = work(&desk, command).await;
        desk.close().await;
        done
    })
}

/// `horizon-auth roles`, which works at the same desk.
pub(super) fn run_roles(command: RolesCommand) -> Result<(), Failure> {
    block_on(async {
        let desk = Desk::open(command.scope()).await?;
        let done = roles::run(&desk, command).await;
        desk.close().await;
        done
    })
}

/// `horizon-auth tenants`, which works there too.
pub(super) fn run_tenants(command: TenantsCommand) -> Result<(), Failure> {
    block_on(async {
        let mut desk = Desk::open(&command.scope()).await?;
        desk.client.user_agent = Some(tenants::AGENT.to_owned());
        let done = tenants::run(&desk, command).await;
        desk.close().await;
        done
    })
}

async fn work(desk: &Desk, command: UsersCommand) -> Result<(), Failure> {
    match command {
        UsersCommand::Create(args) => create::run(desk, args).await,
        UsersCommand::List(_) => list::run(desk).await,
        UsersCommand::Show(one) => show::run(desk, &one.user).await,
        UsersCommand::Disable(one) => switch::off(desk, &one.user).await,
        UsersCommand::Enable(one) => switch::on(desk, &one.user).await,
        UsersCommand::Delete(args) => delete::run(desk, &args).await,
        UsersCommand::SetRoles(args) => set_roles::run(desk, &args).await,
        UsersCommand::ResetPassword(args) => reset_password::run(desk, &args).await,
        UsersCommand::Grant(args) => grant::give(desk, &args).await,
        UsersCommand::RevokeRole(args) => grant::take(desk, &args).await,
        UsersCommand::Sessions(one) => sessions::run(desk, &one.user).await,
        UsersCommand::EndSessions(args) => end_sessions::run(desk, &args).await,
        UsersCommand::Import(args) => import::run(desk, &args).await,
        UsersCommand::Export(args) => export::run(desk, &args).await,
    }
}
