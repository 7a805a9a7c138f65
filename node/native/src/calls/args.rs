//! The arguments of a call, read one by one.

use std::net::{IpAddr, Ipv4Addr};

use horizon_auth::types::{Client, TenantId, Violation};
use horizon_auth::{Auth, Code, Error};
use serde_json::{Map, Value};

/// An object with fields; those that nobody reads have no effect.
pub(super) struct Args(Map<String, Value>);

impl Args {
    pub(super) fn read(json: &str) -> Option<Self> {
        match serde_json::from_str(json) {
            Ok(Value::Object(fields)) => Some(Self(fields)),
            _ => None,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text that may be missing.
    pub(super) fn optional(&self, name: &'static str) -> Result<Option<&str>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Violation::new(name, "must be a string").into()),
        }
    }

    pub(super) fn text(&self, name: &'static str) -> Result<&str, Error> {
        let text = self.optional(name)?;
        text.ok_or_else(|| Violation::new(name, "is required").into())
    }

    /// A text that must be there, parsed; what is wrong is told of this name.
    pub(super) fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Violation>,
    ) -> Result<T, Error> {
        parse(self.text(name)?).map_err(|violation| violation.of(name).into())
    }

    /// An id that must be there.
    pub(super) fn id<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Error> {
        let wrong = |_| Error::from(Violation::new(name, "must be an id, a UUID"));
        self.text(name)?.parse().map_err(wrong)
    }

    /// A list of texts that may be missing, each parsed.
    pub(super) fn list<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, Violation>,
    ) -> Result<Option<Vec<T>>, Error> {
        let wrong = || Error::from(Violation::new(name, "must be a list of strings"));
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| -> Result<T, Error> {
                    let text = item.as_str().ok_or_else(wrong)?;
                    parse(text).map_err(|violation| violation.of(name).into())
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(wrong()),
        }
    }

    /// The tenant that is named, which must be enabled, or the default one.
    pub(super) async fn tenant(&self, auth: &Auth) -> Result<TenantId, Error> {
        let tenant = match self.optional("tenantId")? {
            Some(text) => TenantId::parse(text).map_err(|_| Code::TenantInvalid)?,
            None => auth.policy().default_tenant.clone(),
        };
        auth.admit_tenant(&tenant, &self.client(auth)?).await?;
        Ok(tenant)
    }

    /// On whose behalf the application calls. Without an address everybody shares one limit: wrong, but never
    /// unlimited.
    pub(super) fn client(&self, auth: &Auth) -> Result<Client, Error> {
        let ip = match self.optional("ip")? {
            Some(text) => text
                .parse()
                .map_err(|_| Error::from(Violation::new("ip", "must be an IP address")))?,
            None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        };
        Ok(Client::new(ip, self.optional("userAgent")?, auth.fresh_request_id()?))
    }
}
