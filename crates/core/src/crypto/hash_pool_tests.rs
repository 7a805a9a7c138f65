//! Order, bounds and cancellation, with the pool blocked on purpose.

use std::future::Future;
use std::sync::mpsc;

use super::*;
use crate::crypto::password_hasher::HashEngine;
use crate::domain::policy::Argon2Cost;

const SHARE_KIB: u32 = 1024;
const PATIENCE: Duration = Duration::from_secs(20);

fn config(max_queue: usize, queue_deadline: Duration) -> HasherConfig {
    HasherConfig {
        cost: Argon2Cost {
            memory_kib: SHARE_KIB,
            passes: 1,
            lanes: 1,
        },
        memory_mib: 2,
        max_parallel: 2,
        max_queue,
        queue_deadline,
        bcrypt: false,
        foreign: false,
        engine: HashEngine::Fast,
    }
}

fn pool(parallel: u32, max_queue: usize) -> Arc<Pool> {
    pool_with(parallel, config(max_queue, PATIENCE), PATIENCE)
}

fn pool_with(parallel: u32, config: HasherConfig, idle: Duration) -> Arc<Pool> {
    let memory_mib = parallel;
    Arc::new(Pool::new(&HasherConfig { memory_mib, ..config }, parallel, idle))
}

/// A hash that ends when the sender is dropped or used.
struct Held {
    release: mpsc::Sender<()>,
    request: tokio::task::JoinHandle<Result<(), Error>>,
}

fn hold(pool: &Arc<Pool>, memory_kib: u32) -> Held {
    let (release, gate) = mpsc::channel();
    let pool = Arc::clone(pool);
    let request = tokio::spawn(async move {
        pool.run(memory_kib, move |_| {
            let _ = gate.recv_timeout(PATIENCE);
        })
        .await
    });
    Held { release, request }
}

/// Waits for a state, not for a time.
async fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !reached() {
        assert!(Instant::now() < end, "never reached: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn busy(pool: &Arc<Pool>, running: usize, waiting: usize) {
    until("running and waiting", || {
        let stats = pool.stats();
        (stats.running, stats.waiting) == (running, waiting)
    })
    .await;
}

async fn poll_once<T>(future: &mut std::pin::Pin<Box<dyn Future<Output = T> + Send + '_>>) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_ready())).await
}

fn fill(arena: &mut Arena, memory_kib: u32) {
    let cost = Argon2Cost {
        memory_kib,
        passes: 1,
        lanes: 1,
    };
    let input = crate::crypto::argon2_engine::Input::new(b"password", b"somesalt");
    arena.derive(cost, input, &mut [0; 32]).unwrap();
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let pool = pool(1, 1);
    let first = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 0).await;
    let second = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 1).await;

    let refused = pool.run(SHARE_KIB, |_| ()).await;

    assert!(matches!(pool.expect_room(), Err(Error::Overloaded { .. })));
    let Err(Error::Overloaded { retry_after }) = refused else {
        panic!("{refused:?}")
    };
    assert!(retry_after >= Duration::from_secs(1));
    drop((first.release, second.release));
    first.request.await.unwrap().unwrap();
    second.request.await.unwrap().unwrap();
    busy(&pool, 0, 0).await;
}

#[tokio::test]
async fn without_a_queue_requests_one_after_the_other_still_pass() {
    let pool = pool(1, 0);
    for _ in 0..200 {
        pool.run(SHARE_KIB, |_| ()).await.unwrap();
        assert_eq!(pool.stats().running, 0, "the permit is back before the answer");
    }
}

#[tokio::test]
async fn waiting_ends_at_the_deadline() {
    let pool = pool_with(1, config(8, Duration::from_millis(20)), PATIENCE);
    let held = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 0).await;

    let late = pool.run(SHARE_KIB, |_| ()).await;

    assert!(matches!(late, Err(Error::Overloaded { .. })), "{late:?}");
    assert_eq!(pool.stats().waiting, 0);
    drop(held.release);
    held.request.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_dropped_waiter_frees_its_place_at_once() {
    let pool = pool(1, 1);
    let held = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 0).await;
    let mut waiter: std::pin::Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(pool.run(SHARE_KIB, |_| ()));
    assert!(!poll_once(&mut waiter).await);
    assert_eq!(pool.stats().waiting, 1);

    drop(waiter);

    assert_eq!(pool.stats().waiting, 0);
    let next = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 1).await;
    drop((held.release, next.release));
    next.request.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_dropped_request_keeps_its_permit_until_the_work_ends() {
    let pool = pool(1, 8);
    let (release, gate) = mpsc::channel::<()>();
    let (done, finished) = mpsc::channel();
    let mut request: std::pin::Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(pool.run(SHARE_KIB, move |_| {
            let _ = gate.recv_timeout(PATIENCE);
            done.send(()).unwrap();
        }));
    assert!(!poll_once(&mut request).await);
    assert_eq!(pool.stats().running, 1);

    drop(request);

    assert_eq!(pool.stats().running, 1, "the work goes on");
    let next = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 1).await;
    assert!(finished.try_recv().is_err());
    drop(release);
    drop(next.release);
    next.request.await.unwrap().unwrap();
    assert!(finished.try_recv().is_ok(), "it ended before the next one began");
}

#[tokio::test]
async fn a_large_hash_takes_several_permits_and_is_not_overtaken() {
    let pool = pool(2, 8);
    let small = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 0).await;
    let large = hold(&pool, SHARE_KIB + 1);
    busy(&pool, 1, 1).await;
    let later = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 2).await;

    drop(small.release);
    busy(&pool, 1, 1).await;
    assert!(!later.request.is_finished());
    drop(large.release);
    large.request.await.unwrap().unwrap();
    busy(&pool, 1, 0).await;
    drop(later.release);
    later.request.await.unwrap().unwrap();
}

#[tokio::test]
async fn memory_at_rest_belongs_to_free_permits() {
    let pool = pool(3, 8);
    let (release, gate) = mpsc::channel::<()>();
    let gate = Arc::new(std::sync::Mutex::new(gate));
    let three: Vec<_> = (0..3)
        .map(|_| {
            let (pool, gate) = (Arc::clone(&pool), Arc::clone(&gate));
            tokio::spawn(async move {
                pool.run(SHARE_KIB, move |arena| {
                    fill(arena, SHARE_KIB);
                    let _ = gate.lock().map(|gate| gate.recv_timeout(PATIENCE));
                })
                .await
            })
        })
        .collect();
    busy(&pool, 3, 0).await;
    drop(release);
    for request in three {
        request.await.unwrap().unwrap();
    }
    assert_eq!(pool.workers().resting_kib(), 3 * SHARE_KIB as usize);

    let workers = Arc::clone(pool.workers());
    let resting = pool
        .run(2 * SHARE_KIB, move |arena| {
            fill(arena, 2 * SHARE_KIB);
            workers.resting_kib()
        })
        .await
        .unwrap();

    assert_eq!(resting, SHARE_KIB as usize, "two shares were taken, one is left");
    assert_eq!(pool.workers().resting_kib(), SHARE_KIB as usize);
}

#[tokio::test]
async fn memory_is_kept_for_the_next_hash_and_given_back_when_idle() {
    let kept = pool(1, 0);
    kept.run(SHARE_KIB, |arena| fill(arena, SHARE_KIB)).await.unwrap();
    let found = kept.run(SHARE_KIB, |arena| arena.held_kib()).await.unwrap();
    assert_eq!(found, SHARE_KIB as usize);

    let idle = pool_with(1, config(0, PATIENCE), Duration::from_millis(10));
    for _ in 0..2 {
        idle.run(SHARE_KIB, |arena| fill(arena, SHARE_KIB)).await.unwrap();
        until("no memory at rest", || idle.workers().resting_kib() == 0).await;
    }
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_the_pool_lives_on() {
    let pool = pool(1, 0);
    for _ in 0..3 {
        let result: Result<(), _> = pool.run(SHARE_KIB, |_| panic!("on purpose")).await;
        assert!(matches!(result, Err(Error::Internal(_))), "{result:?}");
        assert_eq!(pool.run(SHARE_KIB, |_| 7).await.unwrap(), 7);
    }
    assert_eq!(pool.stats().running, 0);
}

#[tokio::test]
async fn threads_start_with_the_first_hash_and_end_with_the_pool() {
    let pool = pool(2, 0);
    let workers = Arc::downgrade(pool.workers());
    assert_eq!(workers.strong_count(), 1, "no thread yet");
    for _ in 0..5 {
        pool.run(SHARE_KIB, |_| ()).await.unwrap();
    }
    assert_eq!(
        workers.strong_count(),
        2,
        "one thread is enough for one at a time"
    );

    drop(pool);

    until("threads ended", || workers.strong_count() == 0).await;
}

#[tokio::test]
async fn a_pool_dropped_at_work_ends_after_the_work() {
    let pool = pool(1, 0);
    let workers = Arc::downgrade(pool.workers());
    let held = hold(&pool, SHARE_KIB);
    busy(&pool, 1, 0).await;
    held.request.abort();
    assert!(held.request.await.is_err());

    drop(pool);

    assert_eq!(workers.strong_count(), 1, "the thread works on");
    drop(held.release);
    until("thread ended", || workers.strong_count() == 0).await;
}

#[test]
fn the_wait_is_estimated_from_what_runs_and_waits() {
    let pool = pool(2, 0);
    pool.gauges.record(Duration::from_millis(500));
    pool.gauges.running.store(2, Ordering::Relaxed);
    pool.gauges.waiting.store(8, Ordering::Relaxed);
    assert_eq!(pool.refuse().retry_after(), Some(Duration::from_secs(3)));
    pool.gauges.waiting.store(0, Ordering::Relaxed);
    assert_eq!(pool.refuse().retry_after(), Some(Duration::from_secs(1)));
}
