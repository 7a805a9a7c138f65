//! Tenants.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("tenant.default", Kind::Tenant, Is("default"),
        "Tenant of requests that name none.")
        .or(&[plain("DEFAULT_TENANT_ID")]),

    setting("tenant.enabled", Kind::Bool, Unset("what `tenant.source` says"),
        "Whether requests name their tenant: `true` alone means by a header, and `false` that `tenant.source` counts \
         for nothing.")
        .or(&[plain("MULTI_TENANT")]),

    setting("tenant.source", Kind::Choice(&["fixed", "header", "subdomain"]), Unset("`fixed`; `header` with `tenant.enabled`"),
        "How a request names its tenant: not at all, by `tenant.header`, or by its host below `tenant.base_domain`.")
        .or(&[plain("TENANT_EXTRACTOR")]),

    setting("tenant.header", Kind::HeaderName, Unset("`X-Tenant-ID`"),
        "Header that names the tenant, with `tenant.source = \"header\"`."),

    setting("tenant.base_domain", Kind::BaseDomain, Unset("none; needed with `tenant.source = \"subdomain\"`"),
        "Domain below which each tenant has a host of its own: `acme.example.com` is `acme` of `example.com`. A port is \
         left out; links have the one of `public_url`."),
];
