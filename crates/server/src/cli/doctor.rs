//! What can be typed after `horizon-auth doctor`.

use clap::Args;

use super::ConfigArgs;

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Answer with one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with status 1 on warnings too
    #[arg(long)]
    pub(crate) strict: bool,
    /// Do not measure how fast passwords are hashed, which takes the machine for two seconds
    #[arg(long)]
    pub(crate) quick: bool,
    /// Also send a mail to this address, by the way that is configured
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) send_test_mail: Option<String>,
}
