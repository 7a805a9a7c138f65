//! Background work: housekeeping, and healing of the revocation set.

use std::time::Duration;

use horizon_auth_core::auth::Auth;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// How often the revocation set is looked after. While it is suspect, tokens are refused.
const HEAL: Duration = Duration::from_secs(1);
/// How often expired rows are removed.
const SWEEP: Duration = Duration::from_secs(60);

/// The running background tasks of one engine. Dropped, they end with the process.
#[derive(Debug)]
pub struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Starts the background tasks on the current runtime.
    #[must_use]
    pub fn start(auth: Auth) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self {
            stop,
            task: tokio::spawn(run(auth, stopped)),
        }
    }

    /// Ends the tasks after the step they are in.
    pub async fn stop(self) {
        let _ = self.stop.send(true); // an ended task needs no signal
        if self.task.await.is_err() {
            tracing::error!("the background worker panicked");
        }
    }
}

async fn run(auth: Auth, mut stopped: watch::Receiver<bool>) {
    let (mut heal, mut sweep) = (interval(HEAL), interval(SWEEP));
    heal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sweep.reset(); // the first sweep is not due at start, where every millisecond counts
    loop {
        let outcome = tokio::select! {
            _ = stopped.changed() => return,
            _ = heal.tick() => auth.heal().await.map(|()| 0),
            _ = sweep.tick() => auth.sweep().await,
        };
        match outcome {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "expired rows removed"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "background work failed; it is tried again"
                );
            }
        }
    }
}
