//! What the stream carries.

use std::fmt::Write as _;

use horizon_auth_core::domain::ids::{Fingerprint, SessionId, TokenId, UserId};
use horizon_auth_core::domain::revocation::{Revocation, Revoked};
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;

/// One entry, in the order in which Redis took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its place: each entry of a life has the number after the one before it.
    pub(super) seq: u64,
    /// Of which stream on which server; another life means that entries may have been lost.
    pub(super) life: String,
    /// Which node wrote it.
    pub(super) from: String,
    pub(super) body: Body,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// The writer is there.
    Heartbeat {
        /// The writer's own number of it.
        beat: u64,
        /// The last entry that the writer has applied.
        applied: u64,
    },
    /// These are denied from now on.
    Denied(Vec<Revocation>),
}

impl Body {
    /// As text: a heartbeat is one line, and so is each revocation.
    pub(super) fn encode(&self) -> String {
        match self {
            Self::Heartbeat { beat, applied } => format!("beat {beat} {applied}"),
            Self::Denied(revocations) => {
                let mut text = String::new();
                for revocation in revocations {
                    let Revocation {
                        tenant, expires_at, ..
                    } = revocation;
                    let (kind, subject, min_epoch) = match revocation.what {
                        Revoked::Token(token) => ("token", token.uuid(), 0),
                        Revoked::Session(session) => ("session", session.uuid(), 0),
                        Revoked::User { user, min_epoch } => ("user", user.uuid(), min_epoch),
                        Revoked::Tenant { tenant, min_epoch } => ("tenant", tenant.uuid(), min_epoch),
                        Revoked::Key(key) => ("key", key.uuid(), 0),
                    };
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        text,
                        "{kind} {subject} {min_epoch} {} {tenant}",
                        expires_at.millis()
                    );
                }
                text
            }
        }
    }

    /// Reads what [`Body::encode`] wrote; `None` if it is something else.
    pub(super) fn decode(text: &str) -> Option<Self> {
        if let Some(beat) = text.strip_prefix("beat ") {
            let (beat, applied) = beat.split_once(' ')?;
            return Some(Self::Heartbeat {
                beat: beat.parse().ok()?,
                applied: applied.parse().ok()?,
            });
        }
        text.lines()
            .map(revocation)
            .collect::<Option<_>>()
            .map(Self::Denied)
    }
}

fn revocation(line: &str) -> Option<Revocation> {
    let mut words = line.splitn(5, ' ');
    let kind = words.next()?;
    let subject = words.next()?.parse().ok()?;
    let min_epoch = words.next()?.parse().ok()?;
    let expires_at = Timestamp::from_millis(words.next()?.parse().ok()?);
    let tenant = TenantId::parse(words.next()?).ok()?;
    let what = match kind {
        "token" => Revoked::Token(TokenId::from_uuid(subject)),
        "session" => Revoked::Session(SessionId::from_uuid(subject)),
        "user" => Revoked::User {
            user: UserId::from_uuid(subject),
            min_epoch,
        },
        "tenant" => Revoked::Tenant {
            tenant: Fingerprint::from_uuid(subject),
            min_epoch,
        },
        "key" => Revoked::Key(Fingerprint::from_uuid(subject)),
        _ => return None,
    };
    Some(Revocation {
        tenant,
        what,
        expires_at,
    })
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
