//! Security events on their way to JavaScript.

use std::sync::Mutex;
use std::sync::PoisonError;

use horizon_auth::events::{Heard, Level, SecurityEvent, SecurityEvents};
use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, UnknownReturnValue};
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// `(event: string) => void`. It does not keep the process alive.
pub(crate) type EventFunction = ThreadsafeFunction<String, UnknownReturnValue, String, Status, false, true>;

/// A function that hears events until the end of the engine.
pub(crate) struct Listening(Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>);

/// An event as the design's `SecurityLog` has it, with ids in place of addresses.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NativeEvent<'a> {
    timestamp: String,
    level: &'static str,
    event: &'a str,
    tenant_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    request_id: String,
}

impl Listening {
    /// Tells the function every event from now on.
    pub(crate) fn begin(mut events: SecurityEvents, function: EventFunction) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let telling = tokio::spawn(async move {
            loop {
                let heard = tokio::select! {
                    biased; // what was heard before the end is told
                    heard = events.next() => heard,
                    _ = &mut stopped => return,
                };
                let event = match heard {
                    Some(Heard::Event(event)) => event,
                    Some(Heard::Missed(missed)) => {
                        tracing::warn!(
                            missed,
                            "the application hears events too slowly and has missed some"
                        );
                        continue;
                    }
                    None => return,
                };
                let Some(event) = json(&event) else { continue };
                if let Err(error) = function.call_async_catch(event).await {
                    if error.status == Status::Closing {
                        return; // the thread that listened has ended
                    }
                    tracing::warn!("the application's function for events failed");
                }
            }
        });
        Self(Mutex::new(Some((stop, telling))))
    }

    /// Tells what was heard so far, and no more.
    pub(crate) async fn end(&self) {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stop, telling)) = taken {
            let _ = stop.send(()); // it may have ended by itself
            let _ = telling.await;
        }
    }
}

fn json(event: &SecurityEvent) -> Option<String> {
    let native = NativeEvent {
        timestamp: event.at.to_string(),
        level: match event.level() {
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        },
        event: event.name(),
        tenant_id: event.tenant.as_str(),
        user_id: event.user.map(|user| user.to_string()),
        session_id: event.session.map(|session| session.to_string()),
        request_id: event.request.to_string(),
    };
    serde_json::to_string(&native).ok()
}
