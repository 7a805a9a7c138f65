//! Administrators.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::Is;
use crate::config::setting::{Setting, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("roles.admin", Kind::Role, Is("admin"),
        "Role of administrators; each may see and change the roles of others within the own tenant."),

    setting("roles.admin_grants_admin", Kind::Bool, Is("false"),
        "Whether administrators give and take `roles.admin` too; otherwise operators do, on the command line."),
];
