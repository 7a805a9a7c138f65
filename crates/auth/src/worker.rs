//! Background work: housekeeping, healing of the revocation set, and sending mail.

use std::time::Duration;

use horizon_auth_core::auth::Auth;
use horizon_auth_core::counts::Chore;
use horizon_auth_core::error::Error;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

/// How often the revocation set is looked after. While it is suspect, tokens are refused.
const HEAL: Duration = Duration::from_secs(1);
/// How often expired rows are removed.
const SWEEP: Duration = Duration::from_secs(60);
/// How often the outbox is looked into without being told: other processes queue mails too, and some are tried again.
const MAIL: Duration = Duration::from_secs(1);
/// How long the step that a task is in may go on after [`Worker::stop`].
const LAST_STEP: Duration = Duration::from_secs(10);
/// How often at most a failure to send is logged: without a database it comes every second.
const COMPLAIN: Duration = Duration::from_secs(60);

/// The running background tasks of one engine. Dropped, they end with the process.
#[derive(Debug)]
pub struct Worker {
    stop: watch::Sender<bool>,
    /// Two, because the revocation set must never wait for a mail server.
    tasks: [JoinHandle<()>; 2],
}

impl Worker {
    /// Starts the background tasks on the current runtime.
    #[must_use]
    pub fn start(auth: Auth) -> Self {
        let (stop, stopped) = watch::channel(false);
        let house = tokio::spawn(keep_house(auth.clone(), stopped.clone()));
        let mail = tokio::spawn(send_mail(auth, stopped));
        Self {
            stop,
            tasks: [house, mail],
        }
    }

    /// Ends the tasks after the step they are in, or after ten seconds: a mail that is being sent then is
    /// abandoned, and is sent again when its lease is over.
    pub async fn stop(self) {
        let _ = self.stop.send(true); // an ended task needs no signal
        let deadline = Instant::now() + LAST_STEP;
        for mut task in self.tasks {
            match timeout_at(deadline, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => tracing::error!("the background worker panicked"),
                Err(_) => {
                    task.abort();
                    tracing::warn!(
                        "background work was abandoned; what is not done is done after the next start"
                    );
                }
            }
        }
    }
}

async fn keep_house(auth: Auth, mut stopped: watch::Receiver<bool>) {
    let (mut heal, mut sweep) = (interval(HEAL), interval(SWEEP));
    heal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_calm = true;
    sweep.reset(); // the first sweep is not due at start, where every millisecond counts
    loop {
        let outcome = tokio::select! {
            _ = stopped.changed() => return,
            _ = heal.tick() => auth.heal().await.map(|()| 0),
            // After a failure only every second: what is suspect stays so while it cannot be read.
            () = auth.revocations_suspected(), if is_calm => auth.heal().await.map(|()| 0),
            _ = sweep.tick() => auth.sweep().await,
        };
        is_calm = outcome.is_ok();
        match outcome {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "expired rows removed"),
            Err(error) => {
                auth.counts().failure(Chore::Housekeeping);
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "background work failed; it is tried again"
                );
            }
        }
    }
}

async fn send_mail(auth: Auth, mut stopped: watch::Receiver<bool>) {
    let mut tick = interval(MAIL);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut complained: Option<Instant> = None;
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = auth.mail_queued() => {}
            _ = tick.tick() => {}
        }
        let Err(error) = empty_outbox(&auth, &stopped).await else {
            continue;
        };
        auth.counts().failure(Chore::Mail);
        if complained.is_none_or(|at| at.elapsed() >= COMPLAIN) {
            complained = Some(Instant::now());
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "mails cannot be sent; it is tried again"
            );
        }
    }
}

/// Sends all that is due, or until told to stop.
async fn empty_outbox(auth: &Auth, stopped: &watch::Receiver<bool>) -> Result<(), Error> {
    while !*stopped.borrow() && auth.deliver_mail().await?.total() > 0 {}
    Ok(())
}
