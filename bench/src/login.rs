//! Log-ins beside the bare Argon2 hashers on as many threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use argon2_rust::params::Memory;
use argon2_rust::{Algorithm, Argon2, Hasher, Params, Version};
use horizon_auth::AuthCore;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::policy::Argon2Cost;
use horizon_auth_core::flows::LoginCommand;
use tokio::task::JoinSet;

use crate::figures::{Goal, Row, Table, median, ratio};
use crate::{Plan, Result, engine};

const IN_FLIGHT: usize = 8;
const ROUNDS: usize = 6;
const ROUND: Duration = Duration::from_secs(4);

pub fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    engine::log_to_nowhere();
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("login.db").display());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (_, opened) = runtime.block_on(engine::open(&engine::toml(&url, "")?))?;
    let auth = opened.auth().clone();
    runtime.block_on(engine::register(&auth, 0))?;
    let mut hashers = bare_hashers(auth.hasher().stats().parallel)?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=plan.rounds(ROUNDS) {
        let pair = (
            bare_rate(&mut hashers, plan.time(ROUND)),
            runtime.block_on(login_rate(&auth, plan.time(ROUND)))?,
        );
        if round > 0 {
            bare.push(pair.0); // the first round maps the memory
            ours.push(pair.1);
        }
    }
    table.add(Row {
        what: format!("login, {IN_FLIGHT} in flight, {} threads", hashers.len()),
        ours: format!("{:.1} /s", median(&ours)),
        baseline: format!("{:.1} /s", median(&bare)),
        ratio: ratio(&ours, &bare),
        goal: Goal::AtLeast(0.95),
    });
    runtime.block_on(opened.close());
    Ok(())
}

fn bare_hashers(threads: usize) -> Result<Vec<Hasher>> {
    let cost = Argon2Cost::STANDARD;
    let params = Params::builder()
        .memory(Memory::kib(u64::from(cost.memory_kib)))
        .passes(cost.passes)
        .lanes(cost.lanes)
        .threads(1)
        .build()
        .map_err(|_| "not Argon2 parameters")?;
    let hasher = || Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hasher();
    Ok((0..threads).map(|_| hasher()).collect())
}

/// Hashes per second of all hashers, each on a thread.
fn bare_rate(hashers: &mut [Hasher], duration: Duration) -> f64 {
    let began = Instant::now();
    let done = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for hasher in hashers {
            scope.spawn(|| {
                let mut tag = [0; 32];
                while began.elapsed() < duration {
                    let hashed = hasher.hash_into(engine::PASSWORD.as_bytes(), &[7; 16], &mut tag);
                    done.fetch_add(u64::from(hashed.is_ok()), Ordering::Relaxed);
                }
            });
        }
    });
    done.into_inner() as f64 / began.elapsed().as_secs_f64()
}

/// Log-ins per second, always so many under way.
async fn login_rate(auth: &AuthCore, duration: Duration) -> Result<f64> {
    let began = Instant::now();
    let done = Arc::new(AtomicU64::new(0));
    let mut people = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (auth, done) = (auth.clone(), Arc::clone(&done));
        people.spawn(async move {
            while began.elapsed() < duration {
                auth.login(command(&auth)?).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Result::Ok(())
        });
    }
    while let Some(person) = people.join_next().await {
        person??;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64())
}

fn command(auth: &AuthCore) -> Result<LoginCommand> {
    Ok(LoginCommand {
        tenant: auth.policy().default_tenant.clone(),
        email: Email::parse(&engine::address(0)).map_err(|_| "not an address")?,
        password: Password::offered(engine::PASSWORD).map_err(|_| "not a password")?,
        client: engine::client(auth)?,
    })
}
