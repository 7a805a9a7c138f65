//! Identifiers. All are UUIDv7 (decision D23): sortable by creation, never a secret.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::time::Timestamp;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id made at `now` from ten random bytes (RFC 9562 section 5.7).
            #[must_use]
            pub fn mint(now: Timestamp, random: [u8; 10]) -> Self {
                let millis = u64::try_from(now.millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
            }

            /// Wraps an id read from storage or from a token.
            #[must_use]
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

id! {
    /// A person within one tenant; the `sub` claim.
    UserId;
    /// One login, alive until it ends; the `sid` claim and the family of refresh tokens.
    SessionId;
    /// One access token; the `jti` claim.
    TokenId;
    /// One row of the audit table.
    EventId;
    /// One mail waiting in the outbox.
    MailId;
    /// One HTTP request, echoed as `X-Request-Id`.
    RequestId;
}

impl EventId {
    /// Not above any id that is made at `at` or later, and above every earlier one.
    #[must_use]
    pub fn first_at(at: Timestamp) -> Self {
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        Self(Uuid::from_u128(u128::from(millis) << 80))
    }

    /// The id after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(Uuid::from_u128(self.0.as_u128().saturating_add(1)))
    }
}

/// Stands for a name where an id is wanted: the first 128 bits of its SHA-256, in the form of a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(Uuid);

impl Fingerprint {
    /// The fingerprint of a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest(&SHA256, name.as_bytes()).as_ref()[..16]);
        Self(Uuid::from_bytes(bytes))
    }

    /// Wraps a fingerprint read from storage.
    #[must_use]
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The bare bits.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7_and_sorts_by_time() {
        let earlier = UserId::mint(Timestamp::from_millis(1_000), [255; 10]);
        let later = UserId::mint(Timestamp::from_millis(1_001), [0; 10]);
        assert_eq!(earlier.uuid().get_version_num(), 7);
        assert!(earlier < later);
        assert_eq!(later.to_string().parse::<UserId>(), Ok(later));
    }

    #[test]
    fn the_first_id_of_an_instant_lies_between_those_of_it_and_those_before() {
        let (before, at) = (Timestamp::from_millis(999), Timestamp::from_millis(1_000));
        assert!(EventId::mint(before, [255; 10]) < EventId::first_at(at));
        assert!(EventId::first_at(at) < EventId::mint(at, [0; 10]));
        assert!(EventId::first_at(at).next() > EventId::first_at(at));
    }
}
