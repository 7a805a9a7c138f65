//! The threads that hash, each with memory it keeps from one hash to the next.
//!
//! Dedicated threads rather than the blocking pool of the async runtime: that
//! pool is shared with every other blocking call, grows to hundreds of threads
//! and gives no place to keep 64 MiB per running hash warm. These start when
//! first needed, never outnumber the permits, and end with the hasher.

use std::mem;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::argon2_engine::Arena;
use super::password_hasher::HashEngine;
use crate::error::Error;

/// Hands over a result and frees its permits; called once the worker is free again.
pub(super) type Answer = Box<dyn FnOnce() + Send>;
/// One hash. It must not unwind.
pub(super) type Work = Box<dyn FnOnce(&mut Arena) -> Answer + Send>;

/// All workers of one hasher.
pub(super) struct Workers {
    engine: HashEngine,
    /// How long an arena may lie unused before it is given back.
    idle: Duration,
    bench: Mutex<Bench>,
}

/// The workers that wait for work, the last one used on top, so that a quiet
/// process keeps one arena in use and lets the others go.
struct Bench {
    open: bool,
    hired: u64,
    seats: Vec<Seat>,
}

/// A worker at rest. Its arena lies here, not in the thread, so that a hash
/// which takes several permits can also take the memory that belongs to them.
struct Seat {
    id: u64,
    inbox: Sender<Task>,
    arena: Arena,
}

/// Work for one worker. It carries the worker's only sender: whoever drops a seat ends its thread.
struct Task {
    work: Work,
    seat: Seat,
    surplus: Vec<Arena>,
    wide: bool,
}

impl Workers {
    pub(super) fn new(engine: HashEngine, idle: Duration) -> Self {
        Self {
            engine,
            idle,
            bench: Mutex::new(Bench {
                open: true,
                hired: 0,
                seats: Vec::new(),
            }),
        }
    }

    /// Starts `work`, which holds `permits` of them, on a thread of its own.
    pub(super) fn start(self: &Arc<Self>, permits: usize, work: Work) -> Result<(), Error> {
        let (seat, surplus) = self.bench().take(permits, self.engine);
        let seat = match seat {
            Some(seat) => seat,
            None => self.hire()?,
        };
        let inbox = seat.inbox.clone();
        let task = Task {
            work,
            seat,
            surplus,
            wide: permits > 1,
        };
        // A worker cannot be gone; if it were, its seat is dropped here and the next call hires.
        inbox
            .send(task)
            .map_err(|_| Error::Internal("a hashing thread is gone"))
    }

    /// Lets every thread end: at once if it rests, after its work otherwise.
    pub(super) fn close(&self) {
        let mut bench = self.bench();
        bench.open = false;
        let seats = mem::take(&mut bench.seats);
        drop(bench);
        drop(seats);
    }

    /// Memory kept for later hashes, in KiB.
    #[cfg(test)]
    pub(super) fn resting_kib(&self) -> usize {
        self.bench().seats.iter().map(|seat| seat.arena.held_kib()).sum()
    }

    fn hire(self: &Arc<Self>) -> Result<Seat, Error> {
        let (inbox, tasks) = channel();
        let workers = Arc::clone(self);
        std::thread::Builder::new()
            .name("password-hash".into())
            .spawn(move || workers.serve(&tasks))
            .map_err(|_| Error::Internal("no thread for password hashing"))?;
        let mut bench = self.bench();
        bench.hired += 1;
        Ok(Seat {
            id: bench.hired,
            inbox,
            arena: Arena::new(self.engine),
        })
    }

    fn serve(&self, tasks: &Receiver<Task>) {
        let mut last = 0;
        loop {
            let task = match tasks.recv_timeout(self.idle) {
                Ok(task) => task,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    self.rest(last);
                    let Ok(task) = tasks.recv() else { return };
                    task
                }
            };
            last = task.seat.id;
            self.perform(task);
        }
    }

    fn perform(&self, task: Task) {
        let Task {
            work,
            mut seat,
            surplus,
            wide,
        } = task;
        // The share of memory of every permit held is free before more is taken.
        drop(surplus);
        if wide {
            seat.arena.clear();
        }
        let answer = work(&mut seat.arena);
        if wide {
            seat.arena.clear();
        }
        let mut bench = self.bench();
        if bench.open {
            bench.seats.push(seat);
        }
        drop(bench);
        // Last, so that whoever gets the permit or the answer finds this worker at rest.
        answer();
    }

    /// Gives back the memory of a worker that had nothing to do.
    fn rest(&self, id: u64) {
        let mut bench = self.bench();
        let arena = bench
            .seats
            .iter_mut()
            .find(|seat| seat.id == id)
            .map(|seat| mem::replace(&mut seat.arena, Arena::new(self.engine)));
        drop(bench);
        drop(arena);
    }

    fn bench(&self) -> MutexGuard<'_, Bench> {
        // Nothing below the lock can panic half-way through a change.
        self.bench.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bench {
    /// A worker, and the arenas that the permits beyond the first pay for.
    ///
    /// Full arenas are taken before empty seats. So there are never more full
    /// arenas at rest than free permits, and the budget holds at every moment.
    fn take(&mut self, permits: usize, engine: HashEngine) -> (Option<Seat>, Vec<Arena>) {
        let full = self.seats.iter().rposition(|seat| seat.arena.held_kib() > 0);
        let seat = match full {
            Some(index) => Some(self.seats.remove(index)),
            None => self.seats.pop(),
        };
        let surplus = self
            .seats
            .iter_mut()
            .rev()
            .filter(|seat| seat.arena.held_kib() > 0)
            .take(permits.saturating_sub(1))
            .map(|seat| mem::replace(&mut seat.arena, Arena::new(engine)))
            .collect();
        (seat, surplus)
    }
}
