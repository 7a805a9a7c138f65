//! `horizon-auth users`: accounts in the hands of an operator, one verb or pair of verbs per file.
//!
//! The rules are flows of the engine. Here an account is named, a flow is called, and the answer is
//! given, for people or for programs. Beside a running server a command that takes something away
//! returns when the server has seen it (`effect.rs`).

mod account;
mod create;
mod delete;
mod desk;
mod effect;
mod end_sessions;
mod export;
mod fields;
mod format;
mod import;
mod lines;
mod list;
mod reset_password;
mod set_roles;
mod show;
mod switch;

use super::block_on;
use crate::cli::UsersCommand;
use crate::ui::Failure;

pub(super) fn run(command: UsersCommand) -> Result<(), Failure> {
    block_on(async {
        match command {
            UsersCommand::Create(args) => create::run(args).await,
            UsersCommand::List(scope) => list::run(&scope).await,
            UsersCommand::Show(one) => show::run(&one).await,
            UsersCommand::Disable(one) => switch::off(&one).await,
            UsersCommand::Enable(one) => switch::on(&one).await,
            UsersCommand::Delete(args) => delete::run(&args).await,
            UsersCommand::SetRoles(args) => set_roles::run(&args).await,
            UsersCommand::ResetPassword(args) => reset_password::run(&args).await,
            UsersCommand::EndSessions(one) => end_sessions::run(&one).await,
            UsersCommand::Import(args) => import::run(&args).await,
            UsersCommand::Export(args) => export::run(&args).await,
        }
    })
}
