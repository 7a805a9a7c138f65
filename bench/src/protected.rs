//! A protected route beside a bare axum route that returns the same bytes.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use crate::child::{self, Running};
use crate::figures::{Goal, Row, Table, median, ratio};
use crate::load::{Load, drive};
use crate::{Plan, Result, http, machine};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(1500);

pub fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    for denied in [0, 10_000] {
        let server = Server::start(denied)?;
        // A thread of its own: where it may run does not change for the rest of the run.
        let rounds = std::thread::scope(|scope| {
            let rounds = scope.spawn(|| server.rounds(plan));
            rounds.join().map_err(|_| "the driver panicked")?
        })?;
        report(denied, &rounds, table);
    }
    Ok(())
}

fn report(denied: u32, rounds: &Rounds, table: &mut Table) {
    let (bare, tokenless) = (&rounds.bare, &rounds.tokenless);
    let protected = &rounds.protected;
    let rate = |route: &Series| format!("{:.0} /s", median(&route.rates));
    let cpu = |route: &Series| format!("{:.2} µs", median(&route.micros));
    let mut add = |what: &str, baseline: &Series, goal| {
        table.add(Row {
            what: format!("protected route, {denied} denied: {what}"),
            ours: rate(protected),
            baseline: rate(baseline),
            ratio: ratio(&protected.rates, &baseline.rates),
            goal,
        });
    };
    add("requests", bare, Goal::AtLeast(0.7));
    add("requests, bare ones without a token", tokenless, Goal::None);
    table.add(Row {
        what: format!("protected route, {denied} denied: CPU of the server per request"),
        ours: cpu(protected),
        baseline: cpu(bare),
        ratio: ratio(&protected.micros, &bare.micros),
        goal: Goal::None,
    });
}

/// A server in a process of its own, on a core of its own where there are two.
struct Server {
    running: Running,
    address: SocketAddr,
    token: String,
    driver_core: Option<usize>,
    _folder: tempfile::TempDir,
}

/// One route, round by round.
#[derive(Default)]
struct Series {
    rates: Vec<f64>,
    /// Computing time of the server per request.
    micros: Vec<f64>,
}

#[derive(Default)]
struct Rounds {
    bare: Series,
    /// The bare route, asked without a token.
    tokenless: Series,
    protected: Series,
}

impl Server {
    fn start(denied: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let cores = machine::cores();
        let mut command = child::own()?;
        command.arg("serve").arg("--folder").arg(folder.path());
        command.args(["--denied", &denied.to_string()]);
        let driver_core = match cores[..] {
            [first, second, ..] => {
                command.args(["--core", &first.to_string()]);
                Some(second)
            }
            _ => None,
        };
        let mut running = Running::start(command.stdout(Stdio::piped()))?;
        let line = running.first_line()?;
        let (address, token) = line.trim().split_once(' ').ok_or("no token")?;
        Ok(Self {
            running,
            address: address.parse()?,
            token: token.to_owned(),
            driver_core,
            _folder: folder,
        })
    }

    fn rounds(&self, plan: &Plan) -> Result<Rounds> {
        if let Some(core) = self.driver_core {
            machine::pin(core)?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let get = |path, token| http::request("GET", path, token, "");
        let token = Some(self.token.as_str());
        let (bare, tokenless) = (get("/bare", token), get("/bare", None));
        let protected = get("/protected", token);
        let mut rounds = Rounds::default();
        for round in 0..=plan.rounds(ROUNDS) {
            for (request, series) in [
                (&bare, &mut rounds.bare),
                (&protected, &mut rounds.protected),
                (&tokenless, &mut rounds.tokenless),
            ] {
                let (rate, micros) = runtime.block_on(self.round(plan, request))?;
                if round > 0 {
                    series.rates.push(rate); // the first round warms caches
                    series.micros.push(micros);
                }
            }
        }
        Ok(rounds)
    }

    async fn round(&self, plan: &Plan, request: &[u8]) -> Result<(f64, f64)> {
        let before = machine::cpu_of(self.running.id())?;
        let outcome = drive(Load {
            address: self.address,
            requests: vec![request.to_vec()].into(),
            connections: CONNECTIONS,
            duration: plan.time(ROUND),
            patient: false,
        })
        .await?;
        if outcome.failed + outcome.refused > 0 {
            return Err(format!("{} requests failed", outcome.failed + outcome.refused).into());
        }
        let cpu = machine::cpu_of(self.running.id())?.saturating_sub(before);
        let micros = cpu.as_secs_f64() * 1e6 / outcome.answered as f64;
        Ok((outcome.rate(), micros))
    }
}
