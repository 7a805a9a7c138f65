//! The program `horizon-auth`: the authentication service and its command line.

mod cli;
mod commands;
mod data_folder;
mod listener;
mod load_config;
mod scaffold;
mod telemetry;
mod ui;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match commands::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            ui::error(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}
