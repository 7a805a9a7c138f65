//! Panics on demand, in debug builds only: tests show with them that none reaches JavaScript as anything but an error.

/// Where the next method shall fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// While it is called, on the thread of JavaScript.
    Call,
    /// While it works, wherever that is.
    Work,
}

#[cfg(not(debug_assertions))]
mod demand {
    #[derive(Default)]
    pub(crate) struct Fault;

    impl Fault {
        pub(crate) fn meet(&self, _: super::Moment) {}
    }
}

#[cfg(debug_assertions)]
mod demand {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use napi::{Error, Status};
    use napi_derive::napi;

    use super::Moment;
    use crate::engine::Engine;

    #[derive(Default)]
    pub(crate) struct Fault(Mutex<Option<Moment>>);

    impl Fault {
        /// Panics if that was asked for, once.
        pub(crate) fn meet(&self, moment: Moment) {
            let asked = self.demand().take_if(|asked| *asked == moment);
            assert!(asked.is_none(), "this was asked for");
        }

        fn demand(&self) -> MutexGuard<'_, Option<Moment>> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    #[napi]
    impl Engine {
        /// Makes the next method panic: `call` or `work`.
        #[napi]
        pub fn fail_next(&self, moment: String) -> napi::Result<()> {
            let moment = match moment.as_str() {
                "call" => Moment::Call,
                "work" => Moment::Work,
                _ => return Err(Error::new(Status::InvalidArg, "call or work")),
            };
            *self.0.fault.demand() = Some(moment);
            Ok(())
        }
    }
}

pub(crate) use demand::Fault;
