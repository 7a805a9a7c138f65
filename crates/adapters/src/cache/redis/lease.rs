//! When a node may decide on its own, and when every node has applied an entry.
//!
//! Pure bookkeeping: it is told what was sent and read, and when. No Redis, no clock.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use horizon_auth_core::domain::revocation::Revocation;

use super::entry::{Body, Entry};
use super::feed::Place;

/// What one node knows of the stream.
///
/// A node may decide until one lease after it *sent* a heartbeat that it has since read back. The
/// stream is one order for all, so whoever has read its own heartbeat has read everything that was
/// put in before it.
#[derive(Debug)]
pub(super) struct Lease {
    node: String,
    length: Duration,
    following: Option<Following>,
    next_beat: u64,
}

#[derive(Debug)]
struct Following {
    life: String,
    /// The last entry that was read.
    applied: u64,
    since: Instant,
    /// Heartbeats that were sent and not read back yet.
    sent: VecDeque<(u64, Instant)>,
    fresh_until: Option<Instant>,
    /// The other nodes, as far as they were heard.
    members: HashMap<String, Member>,
}

#[derive(Debug)]
struct Member {
    heard: Instant,
    applied: u64,
}

/// What to do with an entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Deny these.
    Apply(Vec<Revocation>),
    /// Nothing.
    Noted,
    /// Something before it is missing: read SQL again.
    Lost,
}

impl Lease {
    pub(super) fn new(node: &str, length: Duration) -> Self {
        Self {
            node: node.to_owned(),
            length,
            following: None,
            next_beat: 0,
        }
    }

    /// The next heartbeat. Call it right before sending.
    pub(super) fn beat(&mut self, now: Instant) -> Body {
        self.next_beat += 1;
        let beat = self.next_beat;
        let mut applied = 0;
        if let Some(following) = &mut self.following {
            following.sent.push_back((beat, now));
            // What is older than a lease earns nothing when it comes back.
            while following
                .sent
                .front()
                .is_some_and(|(_, sent)| now - *sent > self.length)
            {
                following.sent.pop_front();
            }
            applied = following.applied;
        }
        Body::Heartbeat { beat, applied }
    }

    /// Begins to follow the stream after an entry. Whatever came before must be read from SQL afterwards.
    pub(super) fn follow(&mut self, place: Place, now: Instant) {
        self.following = Some(Following {
            life: place.life,
            applied: place.seq,
            since: now,
            sent: VecDeque::new(),
            fresh_until: None,
            members: HashMap::new(),
        });
    }

    /// Stops deciding.
    pub(super) fn lose(&mut self) {
        self.following = None;
    }

    /// The last entry that was read; `None` if the stream is not followed.
    pub(super) fn applied(&self) -> Option<u64> {
        self.following.as_ref().map(|following| following.applied)
    }

    /// Whether the stream that is followed is the one in which this place is.
    pub(super) fn follows(&self, life: &str) -> bool {
        self.following
            .as_ref()
            .is_some_and(|following| following.life == life)
    }

    /// Until when the node may decide.
    pub(super) fn fresh_until(&self) -> Option<Instant> {
        self.following
            .as_ref()
            .and_then(|following| following.fresh_until)
    }

    /// Takes note of an entry that was read.
    pub(super) fn read(&mut self, entry: Entry, now: Instant) -> Step {
        let Some(following) = &mut self.following else {
            return Step::Lost;
        };
        if entry.life != following.life || entry.seq != following.applied + 1 {
            self.lose();
            return Step::Lost;
        }
        following.applied = entry.seq;
        match entry.body {
            Body::Denied(revocations) => Step::Apply(revocations),
            Body::Heartbeat { beat, .. } if entry.from == self.node => {
                while let Some((number, sent)) = following.sent.front().copied()
                    && number <= beat
                {
                    following.sent.pop_front();
                    if number == beat {
                        following.fresh_until = following.fresh_until.max(Some(sent + self.length));
                    }
                }
                Step::Noted
            }
            Body::Heartbeat { applied, .. } => {
                following
                    .members
                    .insert(entry.from, Member { heard: now, applied });
                Step::Noted
            }
        }
    }

    /// Whether no node can decide any more without this entry: each has said that it applied it, or
    /// was not heard for so long that its lease is over.
    pub(super) fn is_everywhere(&self, place: &Place, now: Instant) -> bool {
        let Some(following) = self
            .following
            .as_ref()
            .filter(|following| following.life == place.life)
        else {
            return false;
        };
        // Who was not followed for a lease may have missed a heartbeat that still counts, and who
        // has not read the entry may not have read the heartbeats before it.
        let knows_all = now - following.since > self.patience() && following.applied >= place.seq;
        let mut members = following.members.values();
        knows_all && members.all(|member| member.applied >= place.seq || now - member.heard > self.patience())
    }

    /// When every lease that does not know of an entry is over, counted from the answer to its append.
    /// A twentieth more than a lease: clocks do not run at quite the same rate.
    pub(super) fn patience(&self) -> Duration {
        patience_of(self.length)
    }
}

/// A lease as others have to wait for it.
pub(super) fn patience_of(length: Duration) -> Duration {
    length + length / 20
}

#[cfg(test)]
#[path = "lease_tests.rs"]
mod tests;
