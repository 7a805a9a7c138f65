//! Requests with the same refresh token that are under way together on this node.
//!
//! Two browser tabs, or a client that repeats a request while the first answer
//! is still on its way, are one flight: they get the same child. A flight ends
//! when the winner's answer has left; whoever comes later holds a used token.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::token::{Digest, Refresh};

type Key = Digest<Refresh>;

/// All flights of the node.
#[derive(Clone, Default)]
pub(crate) struct Flights(Arc<Mutex<HashMap<Key, Arc<Flight>>>>);

/// What each member would hand out. Offers are made before the storage is
/// asked, so whichever is found stored belongs to a member.
#[derive(Default)]
struct Flight(Mutex<Vec<Key>>);

impl Flight {
    fn offers(&self) -> MutexGuard<'_, Vec<Key>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in a flight. Keep it until the answer has left.
pub struct InFlight {
    flights: Flights,
    flight: Arc<Flight>,
    token: Key,
    won: bool,
}

impl Flights {
    /// Joins the flight of `token`, offering `child`.
    pub(crate) fn join(&self, token: Key, child: Key) -> InFlight {
        let flight = Arc::clone(self.lock().entry(token).or_default());
        flight.offers().push(child);
        InFlight {
            flights: self.clone(),
            flight,
            token,
            won: false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Flight>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlight {
    /// Notes that this member's child is the stored one.
    pub(crate) fn win(&mut self) {
        self.won = true;
    }

    /// Whether the stored child was offered by a member of this flight.
    pub(crate) fn offered(&self, child: &Key) -> bool {
        self.flight.offers().contains(child)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        let current = flights
            .get(&self.token)
            .is_some_and(|flight| Arc::ptr_eq(flight, &self.flight));
        // Two owners are the map and this member: nobody else is under way.
        if current && (self.won || Arc::strong_count(&self.flight) == 2) {
            flights.remove(&self.token);
        }
    }
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flights")
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InFlight")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Digest::from_bytes([byte; 32])
    }

    #[test]
    fn members_know_each_others_children_until_the_winner_has_answered() {
        let flights = Flights::default();
        let mut winner = flights.join(key(1), key(10));
        let loser = flights.join(key(1), key(11));
        winner.win();
        assert!(loser.offered(&key(10)));
        drop(winner);
        assert!(
            loser.offered(&key(10)),
            "the loser was under way before the answer left"
        );
        let late = flights.join(key(1), key(12));
        assert!(
            !late.offered(&key(10)),
            "whoever comes later is not of the flight"
        );
    }

    #[test]
    fn nothing_is_kept_when_everybody_has_been_answered() {
        let flights = Flights::default();
        let first = flights.join(key(1), key(10));
        let second = flights.join(key(1), key(11));
        drop(first);
        assert_eq!(flights.lock().len(), 1);
        drop(second);
        assert!(flights.lock().is_empty());
    }
}
