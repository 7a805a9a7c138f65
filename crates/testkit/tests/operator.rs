//! The flows of an operator, and changes made beside a running server.

#[path = "operator/accounts.rs"]
mod accounts;
#[path = "operator/import.rs"]
mod import;
#[path = "operator/outside.rs"]
mod outside;
#[path = "operator/restore.rs"]
mod restore;
#[path = "operator/trail.rs"]
mod trail;
#[path = "operator/vouched.rs"]
mod vouched;

use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;

fn home() -> TenantId {
    TenantId::parse("default").unwrap()
}

fn role(name: &str) -> Role {
    Role::parse(name).unwrap()
}
