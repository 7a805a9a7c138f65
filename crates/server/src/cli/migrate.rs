//! What can be typed after `horizon-auth migrate`.

use clap::{Args, Subcommand};

use super::ConfigArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  horizon-auth migrate plan --exit-code            in a pipeline: 3 if there is something to apply
  horizon-auth migrate apply --config horizon-auth.toml
  horizon-auth migrate status --json
  horizon-auth migrate verify

`serve` never migrates in production. Every migration is one transaction: a process that is killed
leaves the schema as it was before one or as it is after it, and the next run goes on from there.";

#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(subcommand)]
    pub(crate) command: Option<MigrateCommand>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The same as `migrate status`
    #[arg(long, hide = true)]
    pub(crate) status: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MigrateCommand {
    /// List what would be applied, in order; changes nothing
    #[command(after_help = "\
Examples:
  horizon-auth migrate plan
  horizon-auth migrate plan --sql > review.sql
  horizon-auth migrate plan --exit-code

Exit status: 0 if `migrate apply` can begin, with or without something to do; 3 with --exit-code if
there is something to do; 1 if it would refuse, or if the database cannot be read.")]
    Plan(PlanArgs),
    /// Apply what is missing
    #[command(after_help = "\
Examples:
  horizon-auth migrate apply --config horizon-auth.toml
  horizon-auth migrate apply --wait 600

Two at once: one applies, the other waits and then finds nothing to do. Exit status: 0 if the
schema is current, 1 if not; nothing of a migration that failed is kept.")]
    Apply(ApplyArgs),
    /// Say how far the schema is; exit status 1 if it is not the one of this program
    #[command(after_help = "\
Examples:
  horizon-auth migrate status
  horizon-auth migrate status --json")]
    Status(StatusArgs),
    /// Compare what was applied with this program, and the tables with what the migrations make
    #[command(after_help = "\
Example:
  horizon-auth migrate verify --config horizon-auth.toml

Names migrations whose text was changed after they were applied, those of a newer program, and
each difference of a table, column, constraint, index or trigger, with what puts it right. Your own
tables in the same database are not looked at. Changes nothing. Exit status: 0 if nothing differs,
else 1.")]
    Verify(ConfigArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Show the statements too
    #[arg(long)]
    pub(crate) sql: bool,
    /// Exit with 3 if there is something to apply
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// How long to wait for another process that migrates
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) wait: u32,
    /// How long a migration may wait for a table that a transaction holds; requests wait behind it (PostgreSQL)
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) lock_timeout: u32,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Answer with one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
