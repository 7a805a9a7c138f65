//! Tenants: closed groups of users within one installation.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::Fingerprint;
use super::time::Timestamp;
use super::violation::Violation;

/// The name of a tenant: the `tenantId` claim, a subdomain label, part of every key.
///
/// 1 to 63 of `a-z`, `0-9` and inner hyphens, so that it is always a valid DNS label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId {
    name: Arc<str>,
    /// Made once, because every verified token is looked up by it.
    fingerprint: Fingerprint,
}

impl TenantId {
    /// Longest name, in bytes.
    pub const MAX_BYTES: usize = 63;

    /// Parses a tenant name.
    ///
    /// # Errors
    /// A [`Violation`] of the field `tenantId`.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let valid = (1..=Self::MAX_BYTES).contains(&text.len())
            && text.chars().all(allowed)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if valid {
            Ok(Self {
                name: text.into(),
                fingerprint: Fingerprint::of(text),
            })
        } else {
            Err(Violation::new(
                "tenantId",
                "must be 1 to 63 of a-z, 0-9 and inner hyphens",
            ))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Stands for the name in the list of what is denied.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl TryFrom<String> for TenantId {
    type Error = Violation;

    fn try_from(text: String) -> Result<Self, Violation> {
        Self::parse(&text)
    }
}

impl From<TenantId> for String {
    fn from(id: TenantId) -> Self {
        id.as_str().to_owned()
    }
}

impl std::error::Error for Violation {}

/// A tenant as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its name.
    pub id: TenantId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody in it may log in.
    pub disabled_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dns_labels_name_a_tenant() {
        for name in ["default", "a", "0", "a-b", &"x".repeat(63)] {
            assert!(TenantId::parse(name).is_ok(), "{name}");
        }
        for name in ["", "-a", "a-", "A", "a.b", "a b", "ä", "a/b", &"x".repeat(64)] {
            assert!(TenantId::parse(name).is_err(), "{name}");
        }
    }
}
