//! Mail from the outbox to a mailbox: the rules of sending, and every way out on the real thing or on a
//! stand-in that speaks a provider's documented protocol.

#[path = "mail/delivery.rs"]
mod delivery;
#[path = "mail/engine.rs"]
mod engine;
#[path = "mail/file.rs"]
mod file;
#[path = "mail/life.rs"]
mod life;
#[path = "mail/providers.rs"]
mod providers;
#[path = "mail/smtp.rs"]
mod smtp;
#[path = "mail/smtp_faults.rs"]
mod smtp_faults;
#[path = "mail/support.rs"]
mod support;
