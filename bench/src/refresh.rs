//! Refreshing on PostgreSQL beside one RSA signature and the bare rotation statement.

use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use horizon_auth::AuthCore;
use horizon_auth_core::domain::token::{Refresh, Secret};
use horizon_auth_core::flows::RefreshCommand;
use rustix::time::{ClockId, clock_gettime};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Connection as _, PgConnection};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::figures::{Goal, Row, Table, median, ratio};
use crate::{Plan, Result, engine, machine};

const CHAINS: usize = 4;
const ROUNDS: usize = 21;
/// Refreshes of each chain in a round.
const STEPS: usize = 150;
/// About as much as an access token signs.
const MESSAGE: [u8; 500] = [b'x'; 500];

pub fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let Some(url) = &plan.postgres else {
        println!("  left out: no --postgres");
        return Ok(());
    };
    engine::log_to_nowhere();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let rounds = runtime.block_on(rounds(plan, url))?;
    let micros = |series: &[Cost]| series.iter().map(|cost| cost.micros).collect::<Vec<_>>();
    let rates = |series: &[Cost]| series.iter().map(|cost| cost.rate).collect::<Vec<_>>();
    let (ours, bare) = (micros(&rounds.ours), micros(&rounds.bare));
    table.add(Row {
        what: "refresh on PostgreSQL: CPU of the process per refresh".into(),
        ours: format!("{:.0} µs", median(&ours)),
        baseline: format!("{:.0} µs", median(&bare)),
        ratio: ratio(&ours, &bare),
        goal: Goal::AtMost(1.3),
    });
    let (ours, bare) = (rates(&rounds.ours), rates(&rounds.bare));
    table.add(Row {
        what: format!("refresh on PostgreSQL: refreshes, {CHAINS} in flight"),
        ours: format!("{:.0} /s", median(&ours)),
        baseline: format!("{:.0} /s", median(&bare)),
        ratio: ratio(&ours, &bare),
        goal: Goal::None,
    });
    Ok(())
}

/// One round of one side.
struct Cost {
    /// Computing time of this process per refresh.
    micros: f64,
    /// Refreshes per second.
    rate: f64,
}

#[derive(Default)]
struct Rounds {
    ours: Vec<Cost>,
    bare: Vec<Cost>,
}

async fn rounds(plan: &Plan, server: &str) -> Result<Rounds> {
    let url = fresh_schema(server).await?;
    let (_, opened) = engine::open(&engine::toml(&url, "")?).await?;
    let pool = PgPoolOptions::new()
        .max_connections(20)
        .test_before_acquire(false)
        .connect(&url)
        .await?;
    let key = KeyPair::generate(KeySize::Rsa2048)?;
    let statement = rotation_statement()?;
    let (mut secrets, mut digests) = (Vec::new(), Vec::new());
    for chain in 0..CHAINS {
        secrets.push(first_token(opened.auth(), chain).await?);
        let parent = first_token(opened.auth(), CHAINS + chain).await?;
        digests.push(parent.digest().bytes().to_vec());
    }
    let bare = Bare {
        pool,
        key: Arc::new(key),
        statement,
    };
    let mut rounds = Rounds::default();
    for round in 0..=plan.rounds(ROUNDS) {
        let auth = opened.auth();
        let (bare_cost, next) = cost(digests, |parent| bare.clone().chain(parent)).await?;
        digests = next;
        let (our_cost, next) = cost(secrets, |token| chain(auth.clone(), token)).await?;
        secrets = next;
        if round > 0 {
            rounds.bare.push(bare_cost); // the first round opens connections
            rounds.ours.push(our_cost);
        }
    }
    opened.close().await;
    Ok(rounds)
}

async fn first_token(auth: &AuthCore, person: usize) -> Result<Secret<Refresh>> {
    Ok(engine::register(auth, person).await?.refresh.secret)
}

/// Runs one round of all chains side by side; each returns its last token.
async fn cost<T, F>(starts: Vec<T>, chain: impl Fn(T) -> F) -> Result<(Cost, Vec<T>)>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let refreshes = (starts.len() * STEPS) as f64;
    let (began, cpu) = (Instant::now(), machine::own_cpu());
    let mut chains = JoinSet::new();
    for start in starts {
        chains.spawn(chain(start));
    }
    let mut ends = Vec::new();
    while let Some(end) = chains.join_next().await {
        ends.push(end??);
    }
    let (elapsed, cpu) = (began.elapsed(), machine::own_cpu().saturating_sub(cpu));
    let cost = Cost {
        micros: cpu.as_secs_f64() * 1e6 / refreshes,
        rate: refreshes / elapsed.as_secs_f64(),
    };
    Ok((cost, ends))
}

async fn chain(auth: AuthCore, mut token: Secret<Refresh>) -> Result<Secret<Refresh>> {
    for _ in 0..STEPS {
        let command = RefreshCommand {
            tenant: auth.policy().default_tenant.clone(),
            token,
            idempotency_key: None,
            client: engine::client(&auth)?,
        };
        token = auth.refresh(command).await?.logged_in.refresh.secret;
    }
    Ok(token)
}

/// One signature and the statement alone, with parameters that nothing had to be derived for.
#[derive(Clone)]
struct Bare {
    pool: PgPool,
    key: Arc<KeyPair>,
    statement: &'static str,
}

impl Bare {
    async fn chain(self, mut parent: Vec<u8>) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let (random, sealed) = (SystemRandom::new(), vec![7; 63]);
        for _ in 0..STEPS {
            // Two ids of this kind are different and random enough for a key column.
            let child = [Uuid::now_v7().into_bytes(), Uuid::now_v7().into_bytes()].concat();
            self.rotate(&parent, &child, &sealed).await?;
            self.key
                .sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature)?;
            parent = child;
        }
        Ok(parent)
    }

    async fn rotate(&self, parent: &[u8], child: &[u8], sealed: &[u8]) -> Result<()> {
        // Long past the registration, long before the session's end: the statement's own times do not matter.
        let now = 1000 * clock_gettime(ClockId::Realtime).tv_sec;
        sqlx::query(self.statement)
            .bind(parent)
            .bind(child)
            .bind("default")
            .bind(now)
            .bind(now + 86_400_000)
            .bind(sealed)
            .bind(now + 60_000)
            .bind(None::<Vec<u8>>)
            .bind(Uuid::now_v7())
            .bind("info")
            .bind("token_refreshed")
            .bind("127.0.0.1")
            .bind(None::<&str>)
            .bind(Uuid::nil())
            .fetch_one(&self.pool)
            .await?;
        Ok(())
    }
}

/// The engine's own statement, out of its source, so that the two cannot drift apart.
fn rotation_statement() -> Result<&'static str> {
    const SOURCE: &str = include_str!("../../crates/adapters/src/sql/rotate.rs");
    let moved = "the rotation statement is not where it was";
    let begin = SOURCE.find("WITH fam AS").ok_or(moved)?;
    let length = SOURCE[begin..].find('"').ok_or(moved)?;
    Ok(&SOURCE[begin..begin + length])
}

/// A schema of its own on the server. The server is a temporary one, so nobody removes it.
pub async fn fresh_schema(server: &str) -> Result<String> {
    let schema = format!("bench_{}", Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(server).await?;
    // The name is ours, made of hex digits; identifiers cannot be bound.
    let statement = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
    sqlx::query(statement).execute(&mut connection).await?;
    let separator = if server.contains('?') { '&' } else { '?' };
    Ok(format!("{server}{separator}options[search_path]={schema}"))
}
