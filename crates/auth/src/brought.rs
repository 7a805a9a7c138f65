//! What an application brings in place of what the configuration names.

use std::sync::Arc;

use horizon_auth_adapters::sql::Pool;
use horizon_auth_core::ports::clock::Clock;
use horizon_auth_core::ports::mailer::Mailer;

#[derive(Default)]
pub(crate) struct Brought {
    pub(crate) pool: Option<Pool>,
    pub(crate) mailer: Option<Arc<dyn Mailer>>,
    pub(crate) clock: Option<Arc<dyn Clock>>,
}
