//! `horizon-auth routes`.

use horizon_auth::{documentation_routes, routes, sso_routes};

use crate::cli::ConfigArgs;
use crate::load_config;
use crate::ui::{self, Failure};

/// Prints method, path and who may call, a route a line.
pub(crate) fn list(args: &ConfigArgs) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    let mut routes = routes(config.http.profile);
    if config.http.sso.is_some() {
        routes.extend(sso_routes());
    }
    if config.http.openapi {
        routes.extend(documentation_routes());
    }
    let widest = routes.iter().map(|route| route.path.len()).max().unwrap_or(0);
    for route in &routes {
        ui::line(&format!(
            "{:<6}  {:<widest$}  {}",
            route.method, route.path, route.who
        ));
    }
    Ok(())
}
