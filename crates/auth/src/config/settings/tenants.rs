//! Tenants.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::Is;
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("tenant.default", Kind::Tenant, Is("default"),
        "Tenant of requests that name none.")
        .or(&[plain("DEFAULT_TENANT_ID")]),
];
