//! Security events as they happen: what [`AuthCore::subscribe_events`](crate::AuthCore::subscribe_events) gives.

pub use horizon_auth_core::domain::audit::{Event, Level};
pub use horizon_auth_core::domain::security_event::SecurityEvent;
pub use horizon_auth_core::events::{Heard, SecurityEvents};
