//! What the hash pool costs beside the bare engine, at the standard cost.
//!
//! Goal: through the pool at least 0.95 of the bare rate, one at a time and with all permits busy.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use argon2_rust::params::Memory;
use argon2_rust::{Algorithm, Argon2, Hasher, Params, Version};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use horizon_auth_core::crypto::password_hasher::{HashEngine, HasherConfig, PasswordHasher};
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::policy::Argon2Cost;
use horizon_auth_core::ports::entropy::{Entropy, EntropyError};

const TEXT: &str = "correct horse battery staple";
const PARALLEL: usize = 2;
const BATCH: usize = 8;

#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

fn bare() -> Option<Hasher> {
    let cost = Argon2Cost::STANDARD;
    let params = Params::builder()
        .memory(Memory::kib(u64::from(cost.memory_kib)))
        .passes(cost.passes)
        .lanes(cost.lanes)
        .threads(1)
        .build()
        .ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hasher())
}

fn pooled(engine: HashEngine) -> Option<PasswordHasher> {
    let config = HasherConfig {
        cost: Argon2Cost::STANDARD,
        memory_mib: 128,
        max_parallel: PARALLEL,
        max_queue: 64,
        queue_deadline: Duration::from_secs(60),
        bcrypt: false,
        foreign: false,
        engine,
    };
    PasswordHasher::new(config, Arc::new(Counting::default())).ok()
}

fn one_at_a_time(criterion: &mut Criterion) {
    let (Some(mut bare), Some(fast), Some(conservative), Some(password), Ok(runtime)) = (
        bare(),
        pooled(HashEngine::Fast),
        pooled(HashEngine::Conservative),
        Password::new(TEXT).ok(),
        tokio::runtime::Builder::new_current_thread().enable_all().build(),
    ) else {
        return;
    };
    let mut group = criterion.benchmark_group("password/one");
    group.sample_size(30).measurement_time(Duration::from_secs(5));
    group.bench_function("bare", |bencher| {
        let mut tag = [0; 32];
        bencher.iter(|| black_box(bare.hash_into(password.as_bytes(), &[7; 16], &mut tag)));
    });
    group.bench_function("pool", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(fast.hash(&password))));
    });
    group.bench_function("pool, conservative", |bencher| {
        bencher.iter(|| black_box(runtime.block_on(conservative.hash(&password))));
    });
    group.finish();
    // What a start of the process pays: the test vector, no thread, no arena.
    criterion.bench_function("password/start", |bencher| {
        bencher.iter(|| black_box(pooled(HashEngine::Fast)));
    });
}

fn eight_in_flight(criterion: &mut Criterion) {
    let (Some(first), Some(second), Some(hasher), Some(password), Ok(runtime)) = (
        bare(),
        bare(),
        pooled(HashEngine::Fast),
        Password::new(TEXT).ok(),
        tokio::runtime::Builder::new_current_thread().enable_all().build(),
    ) else {
        return;
    };
    let mut bare = [first, second];
    let mut group = criterion.benchmark_group("password/eight");
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("bare", |bencher| {
        bencher.iter(|| {
            std::thread::scope(|scope| {
                for hasher in &mut bare {
                    scope.spawn(|| {
                        let mut tag = [0; 32];
                        for _ in 0..BATCH / PARALLEL {
                            let _ = black_box(hasher.hash_into(TEXT.as_bytes(), &[7; 16], &mut tag));
                        }
                    });
                }
            });
        });
    });
    group.bench_function("pool", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let mut set = tokio::task::JoinSet::new();
                for _ in 0..BATCH {
                    let (hasher, password) = (hasher.clone(), password.clone());
                    set.spawn(async move { hasher.hash(&password).await });
                }
                while let Some(done) = set.join_next().await {
                    let _ = black_box(done);
                }
            });
        });
    });
    group.finish();
}

/// The module keeps what the macro generates out of the documented surface.
mod groups {
    use super::{criterion_group, eight_in_flight, one_at_a_time};
    criterion_group!(password, one_at_a_time, eight_in_flight);
}

criterion_main!(groups::password);
