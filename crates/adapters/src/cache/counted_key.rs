//! Whose attempts are counted together, as a key.

use aws_lc_rs::digest::{SHA256, digest};
use horizon_auth_core::domain::limits::{Counted, Rule};

/// Fixed size, and nobody's address in a memory dump or on another server.
pub(super) type Key = [u8; 16];

/// The key of a rule and whom it counts.
pub(super) fn key(rule: Rule, counted: Counted<'_>) -> Key {
    let text = match counted {
        Counted::Network(tenant, network) => format!("{}\0{tenant}\0net\0{network}", rule.as_str()),
        Counted::Account(tenant, email) => {
            format!("{}\0{tenant}\0acct\0{}", rule.as_str(), email.canonical())
        }
        Counted::User(tenant, user) => format!("{}\0{tenant}\0user\0{user}", rule.as_str()),
        Counted::Mailbox(tenant, email, kind) => {
            format!(
                "{}\0{tenant}\0mail\0{}\0{}",
                rule.as_str(),
                kind.as_str(),
                email.canonical()
            )
        }
        // Both texts are anybody's, so the length of the first says where the second begins.
        Counted::Application(name, who) => {
            format!("{}\0\0app\0{}\0{name}\0{who}", rule.as_str(), name.len())
        }
    };
    let mut key = [0; 16];
    key.copy_from_slice(&digest(&SHA256, text.as_bytes()).as_ref()[..16]);
    key
}
