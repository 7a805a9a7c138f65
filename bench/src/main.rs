//! The load driver of Horizon Auth. `bench/README.md` says what it measures and how.
//!
//! `run` measures and prints; `serve` and `flood` are its own child processes.

mod child;
mod engine;
mod figures;
mod http;
mod load;
mod login;
mod machine;
mod protected;
mod refresh;
mod revocation;
mod serve;
mod start;
mod storm;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::figures::Table;

/// What goes wrong here ends the run with its text.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Debug, Parser)]
#[command(
    about = "Load driver of Horizon Auth; scripts/bench runs it",
    subcommand_required = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure, and print each figure beside its baseline
    Run(RunArgs),
    #[command(hide = true)]
    Serve(ServeArgs),
    #[command(hide = true)]
    Flood(FloodArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// What to measure; everything if nothing is named
    names: Vec<Name>,
    /// A release build of the program
    #[arg(long, value_name = "FILE", default_value = "target/release/horizon-auth")]
    server: PathBuf,
    /// A server on which a schema may be made; `refresh` and `revocation` are left out without it
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Rounds and durations of one tenth: whether it works, not how fast
    #[arg(long)]
    smoke: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    Protected,
    Refresh,
    Login,
    Storm,
    Start,
    Revocation,
}

/// The child that serves a bare and a protected route.
#[derive(Debug, Args)]
struct ServeArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Folder of the database; without it there is only the bare route
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Entries of the denylist
    #[arg(long, default_value_t = 0)]
    denied: u32,
    /// The only core to run on
    #[arg(long)]
    core: Option<usize>,
}

/// The child that logs in from many connections at once.
#[derive(Debug, Args)]
struct FloodArgs {
    address: SocketAddr,
    connections: usize,
    seconds: u64,
    /// Try again at once after a refusal, whatever `Retry-After` says
    #[arg(long)]
    impatient: bool,
}

/// The programs and sizes of one run.
#[derive(Debug)]
struct Plan {
    server: PathBuf,
    postgres: Option<String>,
    smoke: bool,
}

impl Plan {
    /// So many rounds, or few.
    fn rounds(&self, full: usize) -> usize {
        if self.smoke { full.div_ceil(10) } else { full }
    }

    /// So long, or briefly.
    fn time(&self, full: Duration) -> Duration {
        if self.smoke { full / 10 } else { full }
    }
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(args) => run(args),
        Command::Serve(args) => serve::run(&args),
        Command::Flood(args) => storm::flood(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: RunArgs) -> Result<()> {
    const ALL: [Name; 6] = [
        Name::Protected,
        Name::Refresh,
        Name::Login,
        Name::Storm,
        Name::Start,
        Name::Revocation,
    ];
    let names = if args.names.is_empty() {
        ALL.to_vec()
    } else {
        args.names
    };
    let plan = Plan {
        server: args.server,
        postgres: args.postgres,
        smoke: args.smoke,
    };
    machine::allow_many_files();
    let mut table = Table::default();
    for name in ALL.into_iter().filter(|name| names.contains(name)) {
        println!("\n{name:?}");
        match name {
            Name::Protected => protected::measure(&plan, &mut table)?,
            Name::Refresh => refresh::measure(&plan, &mut table)?,
            Name::Login => login::measure(&plan, &mut table)?,
            Name::Storm => storm::measure(&plan, &mut table)?,
            Name::Start => start::measure(&plan, &mut table)?,
            Name::Revocation => revocation::measure(&plan, &mut table)?,
        }
    }
    println!("\n{}\n{table}", machine::describe());
    Ok(())
}
