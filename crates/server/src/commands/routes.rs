//! `horizon-auth routes`.

use horizon_auth::routes;

use crate::cli::ConfigArgs;
use crate::load_config;
use crate::ui::{self, Failure};

/// Prints method, path and who may call, a route a line.
pub(crate) fn list(args: &ConfigArgs) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    let routes = routes(config.http.profile);
    let widest = routes.iter().map(|route| route.path.len()).max().unwrap_or(0);
    for route in &routes {
        ui::line(&format!(
            "{:<6}  {:<widest$}  {}",
            route.method, route.path, route.who
        ));
    }
    Ok(())
}
