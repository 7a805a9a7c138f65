//! What can be typed after `horizon-auth audit`.

use std::net::IpAddr;

use clap::{Args, Subcommand, ValueEnum};

use super::ConfigArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Look for events, the newest first
    #[command(after_help = "\
Examples:
  horizon-auth audit search --since 2h --level warn
  horizon-auth audit search --user ana@example.com --kind login_failed --kind account_locked
  horizon-auth audit search --ip 192.0.2.7 --since 2026-01-15T10:30:00Z --json

Addresses are stored masked. A search by address finds the events of the account that has it now,
and those without an account that have the same mask: these may be about somebody else.")]
    Search(SearchArgs),
    /// Show the last events, and with --follow those that are added
    #[command(after_help = "\
Examples:
  horizon-auth audit tail
  horizon-auth audit tail --follow --level warn --json

With --follow it goes on until it is interrupted. Events appear when they are committed, some
moments after others that have a later time.")]
    Tail(TailArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// Only events since an instant, or in the last such as 30m, 2h or 7d
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Only events before an instant, or up to such as 30m, 2h or 7d ago
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
    /// Most events to show
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: u64,
    /// The oldest first
    #[arg(long)]
    pub(crate) oldest_first: bool,
    /// Go on after this event, the last one of the answer before
    #[arg(long, value_name = "ID")]
    pub(crate) cursor: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TailArgs {
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// How many of the last events to show
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(..=10_000))]
    pub(crate) lines: u32,
    /// Go on with what is added
    #[arg(short, long)]
    pub(crate) follow: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// Only this kind of event, as the examples show; may be given several times
    #[arg(long, value_name = "EVENT")]
    pub(crate) kind: Vec<String>,
    /// Only events at least this loud
    #[arg(long, value_enum)]
    pub(crate) level: Option<LevelArg>,
    /// Only events about this person: the id or the address of an account
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,
    /// Only events of this tenant; without it all, or with an address those of the default one
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: Option<String>,
    /// Only events from this network address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) ip: Option<IpAddr>,
    /// Only events of this session
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,
    /// Only events of one request: the id that its answer carries
    #[arg(long, value_name = "ID")]
    pub(crate) request_id: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Answer with one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// How loud an event is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LevelArg {
    Info,
    Warn,
    Error,
}
