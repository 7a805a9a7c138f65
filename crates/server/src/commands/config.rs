//! `horizon-auth config check`.

use horizon_auth::Engine;

use super::block_on;
use crate::cli::ConfigArgs;
use crate::load_config;
use crate::ui::{self, Failure};

/// Reads everything that `serve` would read, connects to nothing, and says what would be in force.
pub(crate) fn check(args: &ConfigArgs) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    // Pools want a runtime even if they never connect.
    block_on(async {
        Engine::open(&config)
            .map(drop)
            .map_err(|error| Failure::because("the configuration", &error))
    })?;
    ui::line(&format!(
        "the configuration is valid: {:?}, listening on {}, reached at {}",
        config.environment, config.listen, config.public_url
    ));
    Ok(())
}
