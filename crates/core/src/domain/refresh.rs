//! The rules of refresh rotation: what a refused token means.
//!
//! The storage decides races with one conditional statement; when it answers
//! "not rotated", [`judge`] names the reason from the rows as they stand under
//! the family's lock. RFC 9700 section 4.14.2 is the duty behind it.

use std::time::Duration;

use super::ids::{SessionId, UserId};
use super::tenant::TenantId;
use super::time::Timestamp;
use super::token::{Digest, Refresh};
use super::user::User;

/// A child, sealed so that only somebody who holds the parent secret can open it.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplayBox(pub Vec<u8>);

impl std::fmt::Debug for ReplayBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReplayBox")
    }
}

/// Proof that a retry carries the `Idempotency-Key` of the first call: a MAC under the parent secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryTag(pub [u8; 32]);

/// One attempt to trade a refresh token for its child.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The token presented.
    pub parent: Digest<Refresh>,
    /// The token to hand out.
    pub child: Digest<Refresh>,
    /// The tenant of the request; a token of another tenant does not rotate.
    pub tenant: TenantId,
    /// Now.
    pub now: Timestamp,
    /// When the child dies unused, before the session's absolute end is applied.
    pub idle_expires_at: Timestamp,
    /// The child, for a second answer to the same request.
    pub replay_box: ReplayBox,
    /// Until when the box may be opened, if at all.
    pub replay_until: Timestamp,
    /// Set when the request carried an `Idempotency-Key`.
    pub retry_tag: Option<RetryTag>,
    /// What to write to the audit table in the same statement.
    pub audit: super::audit::AuditRow,
}

/// What a rotation leaves behind.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// The session that lives on.
    pub session: SessionId,
    /// The user as read by the rotating statement.
    pub user: User,
    /// The stored expiry of the child.
    pub expires_at: Timestamp,
}

/// Outcome of the conditional statement.
#[derive(Debug)]
pub enum RotationOutcome {
    /// This request won: the child is stored.
    Rotated(Box<Rotated>),
    /// Some condition did not hold. `asked_at` is when the storage began to
    /// look, on the storage's own clock, where it has one for all nodes.
    Refused {
        /// Microseconds on the storage's clock.
        asked_at: Option<i64>,
    },
}

/// A presented token, its session and its child, read under the family's lock.
#[derive(Clone, Debug)]
pub struct TokenState {
    /// The session.
    pub session: SessionId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its user.
    pub user: UserId,
    /// The epoch of the tenant that the session carries, and its tokens must carry.
    pub tenant_epoch: i64,
    /// The session has been revoked, its user or tenant disabled, or its credential version passed.
    pub session_dead: bool,
    /// End of the session.
    pub absolute_expires_at: Timestamp,
    /// When the token dies unused.
    pub idle_expires_at: Timestamp,
    /// When it was traded, if it was.
    pub consumed_at: Option<Timestamp>,
    /// The same on the storage's clock, in microseconds.
    pub consumed_clock: Option<i64>,
    /// How often the same child has been handed out again.
    pub replay_count: i64,
    /// Proof of the first call's `Idempotency-Key`.
    pub retry_tag: Option<RetryTag>,
    /// The sealed child, while it is kept.
    pub replay_box: Option<ReplayBox>,
    /// Until when the box may be opened.
    pub replay_until: Option<Timestamp>,
    /// The child's expiry and whether it has been used, if there is a child.
    pub child: Option<ChildState>,
}

/// The child of a consumed token.
#[derive(Clone, Copy, Debug)]
pub struct ChildState {
    /// Which token it is.
    pub digest: Digest<Refresh>,
    /// Stored expiry.
    pub expires_at: Timestamp,
    /// Whether it has been traded on.
    pub consumed: bool,
}

/// What the request can say in its favour.
#[derive(Clone, Copy, Debug)]
pub struct Plea {
    /// It arrived at this node while the winner was still being answered.
    pub same_flight: bool,
    /// When the storage began to look, on its own clock.
    pub asked_at: Option<i64>,
    /// Proof of an `Idempotency-Key`.
    pub retry_tag: Option<RetryTag>,
}

/// Why a token did not rotate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It expired before anybody used it.
    Expired,
    /// Its session is over.
    SessionEnded,
    /// It belongs to another tenant than the request.
    OtherTenant,
    /// The same request once more: hand out the same child.
    Replay,
    /// Somebody holds a token that was already used.
    Reused,
    /// Nothing forbids it: the state changed between the two looks.
    Retry,
}

/// How long a call with an `Idempotency-Key` may be repeated.
pub const RETRY_WINDOW: Duration = Duration::from_secs(60);
/// How often one child may be handed out again, beyond the requests of its own flight.
pub const MAX_REPLAYS: i64 = 10;

/// Names the reason for a refused rotation. The order of the checks matters:
/// a dead session is reported as dead whatever else is wrong, and only a token
/// of a living session can be found reused, so that nothing is revoked twice.
#[must_use]
pub fn judge(state: &TokenState, tenant: &TenantId, plea: &Plea, now: Timestamp, grace: Duration) -> Verdict {
    if state.tenant != *tenant {
        return Verdict::OtherTenant;
    }
    if state.session_dead || now >= state.absolute_expires_at {
        return Verdict::SessionEnded;
    }
    let Some(consumed_at) = state.consumed_at else {
        return if now >= state.idle_expires_at {
            Verdict::Expired
        } else {
            Verdict::Retry
        };
    };
    let Some(child) = state.child else {
        return Verdict::Reused;
    };
    // The sweeper empties old boxes, but nothing depends on when it comes.
    let kept = state.replay_box.is_some() && state.replay_until.is_some_and(|until| now < until);
    if !kept || child.consumed {
        return Verdict::Reused;
    }
    let age = now.since(consumed_at);
    let same_flight = plea.same_flight || happened_before(plea.asked_at, state.consumed_clock);
    let in_grace = grace > Duration::ZERO && age < grace;
    let retried = age < RETRY_WINDOW && same_tag(plea.retry_tag, state.retry_tag);
    // A flight is as large as it is; what comes later may come ten times.
    let later = (in_grace || retried) && state.replay_count < MAX_REPLAYS;
    if same_flight || later {
        Verdict::Replay
    } else {
        Verdict::Reused
    }
}

/// Both instants come from one clock, that of the storage.
fn happened_before(asked_at: Option<i64>, consumed: Option<i64>) -> bool {
    matches!((asked_at, consumed), (Some(asked), Some(consumed)) if asked <= consumed)
}

fn same_tag(offered: Option<RetryTag>, stored: Option<RetryTag>) -> bool {
    use subtle::ConstantTimeEq;
    matches!((offered, stored), (Some(offered), Some(stored)) if bool::from(offered.0.ct_eq(&stored.0)))
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
