//! Tenants that this node has looked up, so that most requests need no look.
//!
//! Only tenants that exist are in it, and those are never deleted: names that somebody makes up leave nothing
//! behind. Whether a tenant is disabled is believed for a moment only, and never decides: a session begins, and a
//! refresh token rotates, in a statement that looks itself.

use std::fmt;
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::domain::tenant::{Tenant, TenantId};
use crate::domain::time::Timestamp;

/// How many tenants are remembered.
const ENTRIES: usize = 10_000;
/// How long it is believed that a tenant is enabled, or disabled.
const FRESH: Duration = Duration::from_secs(2);

/// The tenants by name.
pub(crate) struct TenantCache(Cache<TenantId, Seen>);

#[derive(Clone, Copy)]
struct Seen {
    is_disabled: bool,
    /// From before the look, so that it is never taken for younger than it is.
    read_at: Timestamp,
}

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing: it may be made up.
    Nothing,
    /// There is such a tenant.
    Exists,
    /// There is, and a moment ago it was enabled.
    Enabled,
    /// There is, and a moment ago it was disabled.
    Disabled,
}

impl Default for TenantCache {
    fn default() -> Self {
        Self(Cache::new(ENTRIES))
    }
}

impl fmt::Debug for TenantCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TenantCache")
    }
}

impl TenantCache {
    pub(crate) fn find(&self, tenant: &TenantId, now: Timestamp) -> Known {
        match self.0.get(tenant) {
            None => Known::Nothing,
            // A clock that went back makes everything read later than now.
            Some(seen) if now < seen.read_at || now >= seen.read_at + FRESH => Known::Exists,
            Some(seen) if seen.is_disabled => Known::Disabled,
            Some(_) => Known::Enabled,
        }
    }

    /// Remembers a tenant that was read after `read_at`.
    pub(crate) fn keep(&self, tenant: &Tenant, read_at: Timestamp) {
        let seen = Seen {
            is_disabled: tenant.disabled_at.is_some(),
            read_at,
        };
        self.0.insert(tenant.id.clone(), seen);
    }

    /// Forgets a tenant that has just changed.
    pub(crate) fn forget(&self, tenant: &TenantId) {
        self.0.remove(tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn tenant(disabled_at: Option<Timestamp>) -> Tenant {
        Tenant {
            id: TenantId::parse("acme").unwrap(),
            created_at: NOW,
            disabled_at,
        }
    }

    #[test]
    fn what_a_tenant_may_is_believed_for_a_moment_and_that_it_exists_for_good() {
        let cache = TenantCache::default();
        let acme = tenant(None);
        assert_eq!(cache.find(&acme.id, NOW), Known::Nothing);
        cache.keep(&acme, NOW);
        assert_eq!(cache.find(&acme.id, NOW), Known::Enabled);
        assert_eq!(
            cache.find(&acme.id, Timestamp::from_millis(1_001_999)),
            Known::Enabled
        );
        assert_eq!(
            cache.find(&acme.id, Timestamp::from_millis(1_002_000)),
            Known::Exists
        );
        assert_eq!(
            cache.find(&acme.id, Timestamp::from_millis(999_999)),
            Known::Exists,
            "the clock went back"
        );
        cache.keep(&tenant(Some(NOW)), NOW);
        assert_eq!(cache.find(&acme.id, NOW), Known::Disabled);
        cache.forget(&acme.id);
        assert_eq!(cache.find(&acme.id, NOW), Known::Nothing);
    }
}
