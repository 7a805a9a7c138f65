//! Changing signing keys: nobody notices a rotation, and a revoked key is dead at once.

#[path = "keys/life.rs"]
mod life;
#[path = "keys/nodes.rs"]
mod nodes;
#[path = "keys/property.rs"]
mod property;
#[path = "keys/races.rs"]
mod races;
#[path = "keys/revocation.rs"]
mod revocation;
#[path = "keys/support.rs"]
mod support;
