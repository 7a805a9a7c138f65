//! How a request names its tenant (decision D12). Whether there is such a tenant is asked elsewhere.

use std::fmt;
use std::sync::Arc;

use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::tenant_hosts::TenantHosts;
use horizon_auth_core::error::Code;

use crate::config::TenantSource;

/// Finds the name of the tenant in a request; `None` if it names none.
pub type TenantExtractor = Arc<dyn Fn(&Parts) -> Option<String> + Send + Sync>;

const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The one way in which requests name their tenant.
pub(crate) enum Tenants {
    Configured(TenantSource),
    Custom(TenantExtractor),
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configured(source) => source.fmt(f),
            Self::Custom(_) => f.write_str("Custom"),
        }
    }
}

/// What a request says about its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// Nothing.
    Nothing,
    /// It cannot: there is one tenant.
    Fixed,
    /// This name.
    Tenant(TenantId),
}

impl Tenants {
    /// Whether requests can name a tenant at all.
    #[cfg(feature = "openapi")]
    pub(crate) const fn may_be_named(&self) -> bool {
        !matches!(self, Self::Configured(TenantSource::Fixed))
    }

    /// What a request says; `tenant_invalid` if it says it badly. `from_proxy` tells whether it came
    /// through a proxy that is believed.
    pub(crate) fn named(&self, parts: &Parts, from_proxy: bool) -> Result<Named, Code> {
        let named = match self {
            Self::Configured(TenantSource::Fixed) => return Ok(Named::Fixed),
            Self::Configured(TenantSource::Header(name)) => match only(&parts.headers, name)? {
                Some(text) => Some(parse(text)?),
                None => None,
            },
            Self::Configured(TenantSource::Subdomain(hosts)) => by_host(hosts, parts, from_proxy)?,
            Self::Custom(extract) => match extract(parts) {
                Some(text) => Some(parse(&text)?),
                None => None,
            },
        };
        Ok(named.map_or(Named::Nothing, Named::Tenant))
    }
}

fn parse(text: &str) -> Result<TenantId, Code> {
    TenantId::parse(text).map_err(|_| Code::TenantInvalid)
}

/// The one line of a header. Of two, nobody can say which is meant, least of all two programs in a row.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Code> {
    let mut lines = headers.get_all(name).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    match (line.to_str(), lines.next()) {
        (Ok(text), None) => Ok(Some(text)),
        _ => Err(Code::TenantInvalid),
    }
}

/// A proxy that is believed says which host the client asked for; otherwise the request does. In HTTP/2, and in
/// requests to a proxy, it stands in the target; a `Host` beside it must say the same (RFC 9113 section 8.3.1).
fn by_host(hosts: &TenantHosts, parts: &Parts, from_proxy: bool) -> Result<Option<TenantId>, Code> {
    let find = |host: &str| hosts.tenant_of(host).map_err(|_| Code::TenantInvalid);
    if from_proxy && let Some(host) = only(&parts.headers, &X_FORWARDED_HOST)? {
        return find(host);
    }
    let target = parts.uri.authority().map(axum::http::uri::Authority::as_str);
    match (target, only(&parts.headers, &HOST)?) {
        (Some(target), None) => find(target),
        (None, Some(host)) => find(host),
        (Some(target), Some(host)) => match (find(target)?, find(host)?) {
            (one, other) if one == other => Ok(one),
            _ => Err(Code::TenantInvalid),
        },
        (None, None) => Err(Code::TenantInvalid),
    }
}

#[cfg(test)]
#[path = "tenants_tests.rs"]
mod tests;
