//! What the rules need from the outside world, in the words of the domain.
//!
//! Traits only. Adapters implement them; flows call them; nothing here knows
//! SQL, Redis or the operating system.

pub mod breaches;
pub mod cache;
pub mod clock;
pub mod entropy;
pub mod mailer;
pub mod remote;
pub mod store;
