//! What can be learnt about a database, for somebody who judges whether it is set up well. Reads only.

use std::path::PathBuf;
use std::time::Duration;

use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_core::domain::time::Timestamp;

/// How far another clock is ahead of this machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockFacts {
    /// In milliseconds; negative if it is behind.
    pub ahead_millis: i64,
    /// By how much that may be wrong: half the time of the round trip.
    pub uncertainty: Duration,
}

impl ClockFacts {
    /// The other clock showed `there` at some moment between two of ours.
    #[must_use]
    pub fn of(before: Timestamp, there: Timestamp, after: Timestamp) -> Self {
        let trip = after.since(before);
        let middle = before + trip / 2;
        Self {
            ahead_millis: there.millis().saturating_sub(middle.millis()),
            uncertainty: trip / 2,
        }
    }
}

/// The engine that holds the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFacts {
    /// A server.
    Postgres(PostgresFacts),
    /// A file.
    Sqlite(SqliteFacts),
}

/// What a PostgreSQL says about itself.
#[expect(
    clippy::struct_excessive_bools,
    reason = "answers of a server, each for itself"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresFacts {
    /// Such as 150004.
    pub version_number: i64,
    /// Such as 15.4.
    pub version: String,
    /// The quickest of some round trips.
    pub latency: Duration,
    /// Its clock.
    pub clock: ClockFacts,
    /// Connections that it takes.
    pub max_connections: i64,
    /// Those of them that are kept for superusers.
    pub reserved_connections: i64,
    /// Those that are open now, on all databases.
    pub open_connections: i64,
    /// Whether it follows another server.
    pub is_standby: bool,
    /// Whether transactions may not write.
    pub is_read_only: bool,
    /// Whether `fsync` and `full_page_writes` are on.
    pub survives_power_cut: bool,
    /// The setting of this name.
    pub synchronous_commit: String,
    /// Whether the connection is encrypted.
    pub is_encrypted: bool,
    /// Whether the server is reached through a network.
    pub is_remote: bool,
    /// Whether we are a superuser there.
    pub is_superuser: bool,
}

/// What a SQLite file is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteFacts {
    /// Where it is.
    pub file: PathBuf,
    /// Version of the library.
    pub version: String,
    /// Such as `wal`.
    pub journal_mode: String,
    /// The quickest of some reads.
    pub latency: Duration,
}

/// What is in the tables, across all tenants.
#[derive(Clone, Debug, Default)]
pub struct TableFacts {
    /// Stored password hashes by their kind, the most frequent first.
    pub hashes: Vec<HashGroup>,
    /// Mails that wait to be sent, of those that may still be.
    pub mails_waiting: i64,
    /// Of these, those that failed before.
    pub mails_retried: i64,
    /// Since when the longest overdue one is due.
    pub mail_due_since: Option<Timestamp>,
    /// Mails that were given up and are kept for people to see.
    pub mails_dead: i64,
    /// When the last event was recorded.
    pub newest_event_at: Option<Timestamp>,
}

/// Password hashes that only their salts tell apart, as far as anybody can verify them.
#[derive(Clone, Debug)]
pub struct HashGroup {
    /// One of them.
    pub sample: PasswordHash,
    /// How many there are.
    pub count: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_compared_with_the_middle_of_the_round_trip() {
        let at = Timestamp::from_millis;
        let of = |there| ClockFacts::of(at(1_000), at(there), at(1_100)).ahead_millis;
        assert_eq!((of(1_050), of(3_050), of(50)), (0, 2_000, -1_000));
        assert_eq!(
            ClockFacts::of(at(1_000), at(0), at(1_100)).uncertainty,
            Duration::from_millis(50)
        );
    }
}
