//! `horizon-auth openapi`.

use horizon_auth::config::{HttpConfig, Profile};
use horizon_auth::openapi;

use crate::cli::{OpenapiArgs, ProfileArg};
use crate::load_config;
use crate::ui::{self, Failure};

/// Where the service is unless it was configured.
const ORIGIN: &str = "http://localhost:3000";

/// Prints the document of the configured routes, or with a profile alone that of the defaults.
pub(crate) fn print(args: &OpenapiArgs) -> Result<(), Failure> {
    let mut http = match (args.profile, &args.config.config) {
        (Some(_), None) => HttpConfig::new(ORIGIN.to_owned()),
        (None, _) | (_, Some(_)) => load_config::load(&args.config)?.http,
    };
    if let Some(profile) = args.profile {
        http.profile = match profile {
            ProfileArg::Token => Profile::Token,
            ProfileArg::Session => Profile::Session,
            ProfileArg::Both => Profile::Both,
        };
    }
    ui::line(&format!("{:#}", openapi(&http)));
    Ok(())
}
