//! What can be typed after `new` and `init`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum NewCommand {
    /// An application with axum
    #[command(after_help = "\
Examples:
  horizon-auth new axum my-app
  horizon-auth new axum my-app --profile session --database postgres
  horizon-auth new axum my-app --dry-run

The folder has a public and a protected route with tests, settings, fresh keys that only their owner
can read and git ignores, and compose.yaml with PostgreSQL and Redis. `cargo run` works at once.")]
    Axum(NewArgs),
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Name of the package
    pub(crate) name: String,
    /// Folder to make, if not one of that name here
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) choices: Choices,
    /// Show what would be made, and make nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Folder of the package
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) choices: Choices,
    /// Show what would be made and changed, and touch nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Change files without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// What the application is to be like.
#[derive(Debug, Args)]
pub(crate) struct Choices {
    /// How callers prove who they are: access tokens, or session cookies
    #[arg(long, value_enum, default_value = "token")]
    pub(crate) profile: AppProfileArg,
    /// Where accounts are kept: in a file, or in PostgreSQL with Redis beside it
    #[arg(long, value_enum, default_value = "sqlite")]
    pub(crate) database: DatabaseArg,
    /// Build the application with a copy of Horizon Auth on this machine, not a published one
    #[arg(long, value_name = "DIR")]
    pub(crate) horizon_auth_path: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AppProfileArg {
    Token,
    Session,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DatabaseArg {
    Sqlite,
    Postgres,
}
