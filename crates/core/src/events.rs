//! Security events on their way out: a line of the log, and whoever listens within the process.

use std::fmt;
use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::auth::Auth;
use crate::domain::audit::{AuditRow, Level};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::measure::Counter;
use crate::domain::security_event::SecurityEvent;

/// How many events a listener may fall behind before it misses the oldest.
const ROOM: usize = 1024;

impl Auth {
    /// The security events of this process from now on.
    #[must_use]
    pub fn subscribe_events(&self) -> SecurityEvents {
        self.events().subscribe()
    }

    /// Counts an event that was committed, and tells the security log and whoever has subscribed.
    pub(crate) fn announce(&self, row: &AuditRow) {
        self.counts().event(row.event);
        self.events().tell(row);
    }
}

/// Where events are told.
pub(crate) struct Events {
    sender: broadcast::Sender<SecurityEvent>,
    missed: Arc<Counter>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(ROOM),
            missed: Arc::default(),
        }
    }
}

impl Events {
    /// Writes the log line and tells those who listen; waits for nobody.
    pub(crate) fn tell(&self, row: &AuditRow) {
        log_line(row);
        if self.sender.receiver_count() > 0 {
            // An error means that the last listener has just left.
            let _ = self.sender.send(SecurityEvent::from(row));
        }
    }

    pub(crate) fn subscribe(&self) -> SecurityEvents {
        SecurityEvents {
            receiver: self.sender.subscribe(),
            missed: Arc::clone(&self.missed),
        }
    }

    /// How many events listeners have missed because they fell behind.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.read()
    }
}

/// The security events of this process from now on, one by one.
///
/// An event is told after its transaction was committed, and never if it was not. Other nodes and commands
/// beside the server tell their own: the whole trail is in the database. Whoever listens too slowly learns how
/// many it has missed; the engine never waits for it.
pub struct SecurityEvents {
    receiver: broadcast::Receiver<SecurityEvent>,
    missed: Arc<Counter>,
}

/// What [`SecurityEvents::next`] has heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An event.
    Event(SecurityEvent),
    /// So many events were lost to this listener, because it fell behind.
    Missed(u64),
}

impl SecurityEvents {
    /// Waits for the next event; `None` once the engine is gone.
    ///
    /// Cancel safe: a call that is dropped takes no event with it.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.receiver.recv().await {
            Ok(event) => Some(Heard::Event(event)),
            Err(RecvError::Lagged(missed)) => {
                self.missed.add(missed);
                Some(Heard::Missed(missed))
            }
            Err(RecvError::Closed) => None,
        }
    }
}

impl fmt::Debug for SecurityEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityEvents")
    }
}

/// One line of the security log (decision D24). Field names are the design's.
fn log_line(row: &AuditRow) {
    let (event, level) = row.event.row();
    macro_rules! line {
        ($macro:ident) => {
            tracing::$macro!(
                target: "horizon_auth::security",
                event,
                tenantId = %row.tenant,
                userId = row.user.map(UserId::uuid).map(tracing::field::display),
                sessionId = row.session.map(SessionId::uuid).map(tracing::field::display),
                email = row.email.as_deref(),
                ip = row.ip.map(tracing::field::display),
                userAgent = row.user_agent.as_deref(),
                requestId = %row.request,
            )
        };
    }
    match level {
        Level::Info => line!(info),
        Level::Warn => line!(warn),
        Level::Error => line!(error),
    }
}
