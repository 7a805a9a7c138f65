//! One command per file.

mod audit;
mod config;
mod dev;
mod dev_sso;
mod doctor;
mod drill;
mod health;
mod key_changes;
mod keys;
mod migrate;
mod pepper;
mod routes;
mod serve;
mod users;

use std::future::Future;

use crate::cli::{Cli, Command, ConfigCommand, KeysCommand};
use crate::ui::Failure;

/// Does what was typed.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Dev(args) => dev::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Users { command } => users::run(command),
        Command::Roles { command } => users::run_roles(command),
        Command::Tenants { command } => users::run_tenants(command),
        Command::Doctor(args) => doctor::run(&args),
        Command::Audit { command } => audit::run(&command),
        Command::Health(args) => health::run(&args),
        Command::Keys {
            command:
                KeysCommand::Generate {
                    algorithm,
                    out,
                    sealing,
                },
        } => {
            if sealing {
                keys::generate_sealing(&out)
            } else {
                keys::generate(algorithm, &out)
            }
        }
        Command::Keys {
            command: KeysCommand::List(args),
        } => keys::list(&args),
        Command::Keys {
            command: KeysCommand::Rotate(args),
        } if args.drill => drill::run(&args.config),
        Command::Keys {
            command: KeysCommand::Rotate(args),
        } => key_changes::rotate(&args),
        Command::Keys {
            command: KeysCommand::Retire(args),
        } => key_changes::retire(&args),
        Command::Keys {
            command: KeysCommand::Revoke(args),
        } => key_changes::revoke(&args),
        Command::Keys {
            command: KeysCommand::Pepper { out },
        } => pepper::add(&out),
        Command::Routes(args) => routes::list(&args),
        Command::Config {
            command: ConfigCommand::Check(args),
        } => config::check(&args),
    }
}

/// Runs a command that waits for something.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime
        .map_err(|error| Failure::because("the runtime cannot start", &error))?
        .block_on(work)
}
