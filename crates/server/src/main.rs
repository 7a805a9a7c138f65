//! The program `horizon-auth`: the authentication service and its command line.

mod cli;
mod commands;
mod data_folder;
mod listener;
mod load_config;
mod metrics;
mod scaffold;
mod telemetry;
#[cfg(feature = "otel")]
mod traces;
mod ui;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match commands::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() {
                ui::error(&text);
            }
            ExitCode::from(failure.status())
        }
    }
}
