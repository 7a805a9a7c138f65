//! `horizon-auth keys rotate --drill`.

use horizon_auth::drill::rehearse;

use super::block_on;
use crate::cli::ConfigArgs;
use crate::load_config;
use crate::ui::{self, Failure};

/// Rehearses a change of keys in a database of its own, and reports.
pub(crate) fn run(args: &ConfigArgs) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    let folder = tempfile::Builder::new().prefix("horizon-auth-drill-").tempdir();
    let folder = folder.map_err(|error| Failure::because("no folder for the drill can be made", &error))?;
    ui::line("rehearsing a change of keys: two nodes and three caching verifiers on a simulated clock");
    let report = block_on(async {
        rehearse(&config, folder.path())
            .await
            .map_err(|error| Failure::because("the drill", &error))
    })?;
    for (after, what) in &report.events {
        ui::line(&format!("  after {:>7} s  {what}", after.as_secs()));
    }
    ui::line(&format!(
        "{} tokens issued, {} checks, {} refusals of a valid token, {} tokens of a key that should not sign",
        report.issued,
        report.checks,
        report.refusals.len(),
        report.wrong_signatures
    ));
    for refusal in report.refusals.iter().take(SHOWN) {
        ui::complaint(&format!("  {refusal}"));
    }
    if report.is_clean() {
        ui::line("the drill went well: nobody would have noticed");
        Ok(())
    } else {
        Err(Failure::new("the drill failed: do not rotate, and report this"))
    }
}

/// Most refusals that are told one by one.
const SHOWN: usize = 10;
