//! What revocation costs: each request while many entries are denied, each entry in memory, and each
//! log-out while two nodes share a Redis.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use horizon_auth::config::Config;
use horizon_auth::{AuthCore, Engine, Worker};
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::flows::{AuthenticateCommand, LogoutCommand, LogoutScope, RefreshCommand};
use horizon_auth_testkit::RedisServer;
use rustix::thread::gettid;
use sqlx::{Connection as _, PgConnection};
use tokio::runtime::Runtime;

use crate::figures::{Goal, Row, Table, median, millis, percentile, ratio};
use crate::{Plan, Result, engine, machine, refresh};

const ENTRIES: [i64; 3] = [0, 10_000, 1_000_000];
const ROUNDS: usize = 15;
/// Verifications of one round of one engine.
const CALLS: usize = 20_000;
/// Different tokens that are verified in turn.
const TOKENS: usize = 500;
const LOGOUTS: usize = 150;

pub fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let Some(server) = &plan.postgres else {
        println!("  left out: no --postgres");
        return Ok(());
    };
    engine::log_to_nowhere();
    let redis = RedisServer::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    verification(plan, &runtime, server, &redis, table)?;
    barrier(plan, &runtime, server, &redis, table)
}

/// One node, with its background work.
struct Node {
    engine: Engine,
    worker: Worker,
}

impl Node {
    /// On a database that has its tables.
    async fn start(config: &Config) -> Result<Self> {
        let engine = Engine::open(config)?;
        engine.auth().prepare().await?;
        let worker = Worker::start(engine.auth().clone());
        Ok(Self { engine, worker })
    }

    fn auth(&self) -> &AuthCore {
        self.engine.auth()
    }

    async fn stop(self) {
        self.worker.stop().await;
        self.engine.close().await;
    }
}

/// A configuration on a fresh schema, with so many entries in it.
async fn database(server: &str, redis: &RedisServer, name: &str, entries: i64) -> Result<Config> {
    let url = refresh::fresh_schema(server).await?;
    let more = format!(
        "[redis]\nurl = \"redis://127.0.0.1:{}\"\nprefix = \"{name}:\"\n",
        redis.port
    );
    let config = Config::from_toml(&engine::toml(&url, &more)?)?;
    let engine = Engine::open(&config)?;
    engine.migrate().await?;
    engine.close().await;
    let mut connection = PgConnection::connect(&url).await?;
    sqlx::query(
        "INSERT INTO revocations (kind, subject, min_epoch, tenant_id, created_at, expires_at)
         SELECT 'token', gen_random_uuid(), 0, 'default', 0, 4000000000000 FROM generate_series(1, $1)",
    )
    .bind(entries)
    .execute(&mut connection)
    .await?;
    connection.close().await?;
    Ok(config)
}

/// Access tokens of one session.
async fn tokens(auth: &AuthCore, count: usize) -> Result<Vec<String>> {
    let mut logged_in = engine::register(auth, 0).await?;
    let mut tokens = Vec::new();
    for _ in 0..count {
        tokens.push(logged_in.access_token);
        let command = RefreshCommand {
            tenant: auth.policy().default_tenant.clone(),
            token: logged_in.refresh.secret,
            idempotency_key: None,
            client: engine::client(auth)?,
        };
        logged_in = auth.refresh(command).await?.logged_in;
    }
    Ok(tokens)
}

/// The client is given: its id is drawn by the layers around a request, not by the verification.
async fn verify(auth: &AuthCore, token: &str, client: &Client) -> Result<()> {
    let command = AuthenticateCommand {
        token,
        tenant: &auth.policy().default_tenant,
        client,
    };
    auth.authenticate(command).await?;
    Ok(())
}

/// Waits until the node decides.
async fn until_it_decides(auth: &AuthCore, token: &str) -> Result<()> {
    let (start, client) = (Instant::now(), engine::client(auth)?);
    while let Err(error) = verify(auth, token, &client).await {
        if start.elapsed() > Duration::from_secs(20) {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// An engine with its denied entries and the tokens that it verifies.
struct Subject {
    node: Node,
    tokens: Vec<String>,
    /// 99th percentile of each round, in microseconds.
    p99: Vec<f64>,
}

fn verification(
    plan: &Plan,
    runtime: &Runtime,
    server: &str,
    redis: &RedisServer,
    table: &mut Table,
) -> Result<()> {
    let mut subjects = Vec::new();
    for entries in ENTRIES {
        let config = runtime.block_on(database(server, redis, &format!("n{entries}"), entries))?;
        let before = machine::memory_of(std::process::id(), "VmRSS")?;
        let node = runtime.block_on(Node::start(&config))?;
        if entries >= 1_000_000 {
            let grown = machine::memory_of(std::process::id(), "VmRSS")?.saturating_sub(before);
            println!(
                "  memory: {:.0} bytes per entry",
                grown as f64 * 1024.0 / entries as f64
            );
        }
        let tokens = runtime.block_on(tokens(node.auth(), TOKENS))?;
        runtime.block_on(until_it_decides(node.auth(), &tokens[0]))?;
        subjects.push(Subject {
            node,
            tokens,
            p99: Vec::new(),
        });
    }
    for round in 0..=plan.rounds(ROUNDS) {
        for subject in &mut subjects {
            let micros = runtime.block_on(round_of(subject))?;
            if round > 0 {
                subject.p99.push(percentile(&micros, 0.99)); // the first round fills caches
            }
        }
    }
    let [none, rest @ ..] = subjects.as_slice() else {
        return Err("there is nothing to compare".into());
    };
    for (subject, entries) in rest.iter().zip(ENTRIES.iter().skip(1)) {
        table.add(Row {
            what: format!("verification, {entries} denied beside none, two nodes' mode: p99"),
            ours: format!("{:.2} µs", median(&subject.p99)),
            baseline: format!("{:.2} µs", median(&none.p99)),
            ratio: ratio(&subject.p99, &none.p99),
            goal: Goal::AtMost(1.1),
        });
    }
    if let Some(last) = rest.last() {
        count_system_calls(runtime, last)?;
    }
    for subject in subjects {
        runtime.block_on(subject.node.stop());
    }
    Ok(())
}

async fn round_of(subject: &Subject) -> Result<Vec<f64>> {
    let mut micros = Vec::with_capacity(CALLS);
    let client = engine::client(subject.node.auth())?;
    for token in subject.tokens.iter().cycle().take(CALLS) {
        let start = Instant::now();
        verify(subject.node.auth(), token, &client).await?;
        micros.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(micros)
}

/// Verifies on one thread under `strace`, and says how often that thread called the system.
fn count_system_calls(runtime: &Runtime, subject: &Subject) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let summary = folder.path().join("strace");
    let (go, verified) = (AtomicBool::new(false), AtomicBool::new(false));
    let (sender, thread) = std::sync::mpsc::channel();
    let (go, verified) = (&go, &verified);
    let client = &engine::client(subject.node.auth())?;
    let outcome = std::thread::scope(|scope| -> Result<()> {
        let verifying = scope.spawn(move || -> Result<()> {
            let _ = sender.send(gettid().as_raw_nonzero().get());
            // Neither waits nor ends by a call: they would be counted.
            while !go.load(Ordering::Acquire) {
                std::hint::spin_loop();
            }
            let counted = runtime.block_on(round_of_untimed(subject, client));
            verified.store(true, Ordering::Release);
            while go.load(Ordering::Acquire) {
                std::hint::spin_loop();
            }
            counted
        });
        let traced = trace(thread.recv()?, &summary, go, verified);
        go.store(false, Ordering::Release);
        verifying.join().map_err(|_| "the verifying thread panicked")??;
        traced
    });
    outcome?;
    let text = fs::read_to_string(&summary)?;
    // `calls` is the fourth column; the name is the last one.
    let calls = text
        .lines()
        .skip(2)
        .filter(|line| !line.starts_with('-'))
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            Some(format!("{} {}", words.get(3)?, words.last()?))
        });
    let calls: Vec<String> = calls.collect();
    println!(
        "  system calls of {CALLS} verifications (strace -c): {}",
        calls.join(", ")
    );
    Ok(())
}

fn trace(thread: i32, summary: &std::path::Path, go: &AtomicBool, verified: &AtomicBool) -> Result<()> {
    let mut strace = Command::new("strace")
        .args(["-c", "-q", "-p", &thread.to_string(), "-o"])
        .arg(summary)
        .stderr(Stdio::null())
        .spawn()?;
    std::thread::sleep(Duration::from_millis(500)); // it says nowhere that it has begun
    go.store(true, Ordering::Release);
    while !verified.load(Ordering::Acquire) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let stopped = Command::new("kill")
        .args(["-s", "INT", &strace.id().to_string()])
        .status()?;
    strace.wait()?;
    if stopped.success() {
        Ok(())
    } else {
        Err("strace could not be stopped".into())
    }
}

async fn round_of_untimed(subject: &Subject, client: &Client) -> Result<()> {
    for token in subject.tokens.iter().cycle().take(CALLS) {
        verify(subject.node.auth(), token, client).await?;
    }
    Ok(())
}

fn barrier(
    plan: &Plan,
    runtime: &Runtime,
    server: &str,
    redis: &RedisServer,
    table: &mut Table,
) -> Result<()> {
    const GOAL: f64 = 5.0;
    let took = runtime.block_on(async {
        let config = database(server, redis, "barrier", 0).await?;
        let (one, other) = (Node::start(&config).await?, Node::start(&config).await?);
        // A lease has to pass before the nodes know each other.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let mut took = Vec::new();
        for person in 0..plan.rounds(LOGOUTS) {
            let logged_in = engine::register(one.auth(), person).await?;
            let client = engine::client(one.auth())?;
            let command = AuthenticateCommand {
                token: &logged_in.access_token,
                tenant: &one.auth().policy().default_tenant,
                client: &client,
            };
            let claims = one.auth().authenticate(command).await?;
            let start = Instant::now();
            let logout = LogoutCommand {
                caller: &claims,
                scope: LogoutScope::Session,
                client: client.clone(),
            };
            one.auth().logout(logout).await?;
            took.push(millis(start.elapsed()));
            if verify(other.auth(), &logged_in.access_token, &client)
                .await
                .is_ok()
            {
                return Err("the other node accepts a token that was revoked".into());
            }
        }
        one.stop().await;
        other.stop().await;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(took)
    })?;
    table.add(Row {
        what: "log-out on one of two nodes, PostgreSQL and barrier: p50 beside the goal".into(),
        ours: format!("{:.2} ms", median(&took)),
        baseline: format!("{GOAL:.0} ms"),
        ratio: median(&took) / GOAL,
        goal: Goal::AtMost(1.0),
    });
    Ok(())
}
