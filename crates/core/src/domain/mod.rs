//! Pure data and rules: no async, no I/O, no clock, no randomness.
//!
//! Everything here can be read and tested without knowing how a token is
//! stored or how a request arrives. `domain` imports nothing else of this crate.

pub mod audit;
pub mod audit_search;
pub mod blocklist;
pub mod claims;
pub mod client;
pub mod device;
pub mod email;
pub mod identity;
pub mod ids;
pub mod introspection;
pub mod key;
pub mod key_state;
pub mod limits;
pub mod live_session;
pub mod locale;
pub mod mail;
pub mod one_time;
pub mod password;
pub mod policy;
pub mod refresh;
pub mod revocation;
pub mod role;
pub mod security_event;
pub mod session;
pub mod tenant;
pub mod tenant_hosts;
pub mod time;
pub mod token;
pub mod user;
pub mod violation;
