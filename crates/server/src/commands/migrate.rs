//! `horizon-auth migrate`.

use horizon_auth::Engine;

use super::block_on;
use crate::cli::MigrateArgs;
use crate::load_config;
use crate::ui::{self, Failure};

pub(crate) fn run(args: &MigrateArgs) -> Result<(), Failure> {
    let config = load_config::load(&args.config)?;
    block_on(async {
        let engine =
            Engine::open(&config).map_err(|error| Failure::because("the engine cannot start", &error))?;
        let unreadable = |error| Failure::because("the database schema", &error);
        let before = engine.migration_status().await.map_err(unreadable)?;
        if args.status {
            ui::line(&format!(
                "{} of {} migrations are applied",
                before.applied, before.known
            ));
            return if before.is_current() {
                Ok(())
            } else {
                Err(Failure::new("the schema is not current"))
            };
        }
        let after = engine.migrate().await.map_err(unreadable)?;
        engine.close().await;
        let done = after.applied.saturating_sub(before.applied);
        ui::line(&match done {
            0 => format!("nothing to do: all {} migrations are applied", after.known),
            1 => format!(
                "applied 1 migration; the schema is current ({} in all)",
                after.known
            ),
            _ => format!(
                "applied {done} migrations; the schema is current ({} in all)",
                after.known
            ),
        });
        Ok(())
    })
}
