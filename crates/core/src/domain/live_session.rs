//! Sessions that a cookie opens, as they are found and as they are believed.

use std::ops::Deref;

use super::identity::Identity;
use super::ids::SessionId;
use super::revocation::TokenSubject;
use super::time::Timestamp;
use super::user::User;

/// A session with its user, read together: the truth about a cookie at that instant.
#[derive(Clone, Debug)]
pub struct FoundSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is, with roles and epochs.
    pub user: User,
    /// The credential version that it was begun with.
    pub cred_version: i64,
    /// Whether it was ended.
    pub is_revoked: bool,
    /// Whether its tenant is disabled, or was since the session began.
    pub is_tenant_disabled: bool,
    /// When it was last seen, to the minute.
    pub last_seen_at: Timestamp,
    /// When it dies unless it is used.
    pub idle_expires_at: Timestamp,
    /// The end that no use can move.
    pub absolute_expires_at: Timestamp,
}

impl FoundSession {
    /// The session as it may be believed; `None` if it is over.
    #[must_use]
    pub fn live(&self, now: Timestamp) -> Option<LiveSession> {
        let ended = self.is_revoked
            || self.is_tenant_disabled
            || self.user.disabled_at.is_some()
            || self.user.cred_version != self.cred_version;
        let live = LiveSession {
            identity: Identity::new(&self.user, self.id),
            last_seen_at: self.last_seen_at,
            idle_expires_at: self.idle_expires_at,
            absolute_expires_at: self.absolute_expires_at,
        };
        (!ended && live.ends_at() > now).then_some(live)
    }
}

/// A session that was believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// Who, as of the look.
    pub identity: Identity,
    /// When it was last seen, to the minute.
    pub last_seen_at: Timestamp,
    /// When it dies unless it is used.
    pub idle_expires_at: Timestamp,
    /// The end that no use can move.
    pub absolute_expires_at: Timestamp,
}

impl LiveSession {
    /// When it ends if nobody uses it any more.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.idle_expires_at.min(self.absolute_expires_at)
    }

    /// The parts that revocation looks at.
    #[must_use]
    pub const fn subject(&self) -> TokenSubject {
        let identity = &self.identity;
        TokenSubject {
            token: None,
            session: identity.session,
            user: identity.id,
            epoch: identity.epoch,
            tenant: identity.tenant.fingerprint(),
            tenant_epoch: identity.tenant_epoch,
            key: None,
        }
    }
}

impl Deref for LiveSession {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.identity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::Email;
    use crate::domain::ids::UserId;
    use crate::domain::tenant::TenantId;
    use crate::domain::user::NewUser;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn found() -> FoundSession {
        let new = NewUser {
            id: UserId::mint(NOW, [1; 10]),
            tenant: TenantId::parse("home").unwrap(),
            email: Email::parse("ana@example.com").unwrap(),
            full_name: None,
            locale: None,
            email_verified_at: None,
            created_at: NOW,
        };
        FoundSession {
            id: SessionId::mint(NOW, [2; 10]),
            user: new.into_user(Vec::new()),
            cred_version: 1,
            is_revoked: false,
            is_tenant_disabled: false,
            last_seen_at: NOW,
            idle_expires_at: Timestamp::from_millis(1_000_001),
            absolute_expires_at: Timestamp::from_millis(1_000_002),
        }
    }

    #[test]
    fn a_session_lives_until_the_instant_of_its_first_end() {
        assert!(found().live(NOW).is_some());
        assert!(found().live(Timestamp::from_millis(1_000_001)).is_none(), "idle");
        let mut used = found();
        used.idle_expires_at = Timestamp::from_millis(1_000_009);
        assert!(used.live(Timestamp::from_millis(1_000_001)).is_some());
        assert!(used.live(Timestamp::from_millis(1_000_002)).is_none(), "absolute");
    }

    #[test]
    fn whatever_ends_it_ends_it() {
        let cases: [fn(&mut FoundSession); 4] = [
            |session| session.is_revoked = true,
            |session| session.is_tenant_disabled = true,
            |session| session.user.disabled_at = Some(NOW),
            |session| session.user.cred_version = 2,
        ];
        for end in cases {
            let mut session = found();
            end(&mut session);
            assert!(session.live(NOW).is_none(), "{session:?}");
        }
    }

    #[test]
    fn debug_output_hides_the_address() {
        let live = found().live(NOW).unwrap();
        assert!(!format!("{live:?}").contains("ana@"));
    }
}
