//! What can be typed after `horizon-auth health`.

use std::time::Duration;

use clap::Args;
use horizon_auth::config::parse_duration;

use super::ConfigArgs;

#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// Ask whether the process answers at all, not whether it can serve
    #[arg(long)]
    pub(crate) live: bool,
    /// Ask the server at this address, not the one of the configuration
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Longest time that everything together may take
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}
