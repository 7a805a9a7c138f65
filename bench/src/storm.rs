//! A thousand log-ins at once against the program, and what others notice of them.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::child::{self, Running};
use crate::figures::{Goal, Row, Table, median, mib, millis, percentile};
use crate::http::{self, Client};
use crate::load::{Load, drive};
use crate::{FloodArgs, Plan, Result, engine, machine};

const CONNECTIONS: usize = 1000;
const STORM: Duration = Duration::from_secs(30);
const QUIET: Duration = Duration::from_secs(10);
const BUDGET_MIB: u64 = 128;
const PEOPLE: usize = 4;
/// Pause between two questions of the probe.
const PACE: Duration = Duration::from_millis(5);
/// Answers in a window: two seconds at this pace.
const WINDOW: usize = 400;

pub fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(plan, folder.path())?;
    let mut probe = server.probe()?;
    probe.ask_for(plan.time(QUIET))?; // warms up
    let quiet = probe.ask_for(plan.time(QUIET))?;
    let base = mib(machine::memory_of(server.running.id(), "VmRSS")?);
    for impatient in [false, true] {
        let manner = if impatient {
            "again at once"
        } else {
            "again as told"
        };
        let storm = server.storm(plan, &mut probe, impatient)?;
        let peak = mib(machine::memory_of(server.running.id(), "VmHWM")?);
        let allowed = base + BUDGET_MIB as f64;
        println!("  refused clients come {manner}: {}", storm.outcome.trim());
        table.add(Row {
            what: format!("{CONNECTIONS} log-ins, {manner}: peak memory, beside base + budget"),
            ours: format!("{peak:.0} MiB"),
            baseline: format!("{base:.0} + {BUDGET_MIB} MiB"),
            ratio: peak / allowed,
            goal: Goal::AtMost(1.2),
        });
        for (part, name, goal) in [(0.5, "p50", Goal::None), (0.99, "p99", Goal::AtMost(2.0))] {
            let of = |latencies: &[f64]| windowed(latencies, part);
            table.add(Row {
                what: format!("{CONNECTIONS} log-ins, {manner}: {name} of /auth/profile, beside quiet"),
                ours: format!("{:.2} ms", of(&storm.latencies)),
                baseline: format!("{:.2} ms", of(&quiet)),
                ratio: of(&storm.latencies) / of(&quiet),
                goal,
            });
        }
    }
    Ok(())
}

/// The median over windows of some seconds of each window's percentile. A
/// neighbour on the machine who spoils a few windows does not spoil the figure.
fn windowed(latencies: &[f64], part: f64) -> f64 {
    let windows: Vec<f64> = latencies
        .chunks(WINDOW)
        .filter(|window| window.len() == WINDOW || latencies.len() < WINDOW)
        .map(|window| percentile(window, part))
        .collect();
    median(&windows)
}

/// The program with people in it.
struct Server {
    running: Running,
    address: SocketAddr,
    token: String,
}

struct Storm {
    /// Milliseconds of each answer to the probe.
    latencies: Vec<f64>,
    /// What the child counted.
    outcome: String,
}

impl Server {
    fn start(plan: &Plan, folder: &Path) -> Result<Self> {
        let address = child::free_address()?;
        let url = format!("sqlite:{}", folder.join("storm.db").display());
        let more = format!("[hashing]\nmemory_budget_mib = {BUDGET_MIB}\n");
        let toml = format!("listen = \"{address}\"\n{}", engine::toml(&url, &more)?);
        let config = folder.join("storm.toml");
        std::fs::write(&config, toml)?;
        let mut command = child::program(&plan.server, &folder.join("log"))?;
        let running = Running::start(command.arg("serve").arg("--config").arg(config))?;
        let mut client = connect(address)?;
        let mut pairs = Vec::new();
        for person in 0..PEOPLE {
            pairs.push(client.json(&credentials("register", person))?);
        }
        let token = pairs[0]["accessToken"].as_str().ok_or("no token")?.to_owned();
        Ok(Self {
            running,
            address,
            token,
        })
    }

    fn probe(&self) -> Result<Probe> {
        Ok(Probe {
            client: connect(self.address)?,
            request: http::request("GET", "/auth/profile", Some(&self.token), ""),
        })
    }

    fn storm(&self, plan: &Plan, probe: &mut Probe, impatient: bool) -> Result<Storm> {
        let duration = plan.time(STORM);
        let mut command = child::own()?;
        command.arg("flood").arg(self.address.to_string());
        command.args([CONNECTIONS.to_string(), duration.as_secs().to_string()]);
        if impatient {
            command.arg("--impatient");
        }
        let mut flood = Running::start(command.stdout(Stdio::piped()))?;
        let latencies = probe.ask_for(duration)?;
        let outcome = flood.first_line()?;
        Ok(Storm { latencies, outcome })
    }
}

fn connect(address: SocketAddr) -> Result<Client> {
    let began = Instant::now();
    loop {
        match Client::connect(address) {
            Err(error) if began.elapsed() > Duration::from_secs(20) => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
            connected => return connected,
        }
    }
}

fn credentials(route: &str, person: usize) -> Vec<u8> {
    let (email, password) = (engine::address(person), engine::PASSWORD);
    let json = format!(r#"{{"email":"{email}","password":"{password}"}}"#);
    http::request("POST", &format!("/auth/{route}"), None, &json)
}

/// One connection that asks the protected route at a steady pace.
struct Probe {
    client: Client,
    request: Vec<u8>,
}

impl Probe {
    /// Milliseconds of each answer. A question that had to wait for a late
    /// answer counts with its waiting: nobody's slowness may hide anything.
    fn ask_for(&mut self, duration: Duration) -> Result<Vec<f64>> {
        let mut latencies = Vec::new();
        let began = Instant::now();
        while began.elapsed() < duration {
            let asked = Instant::now();
            let answer = self.client.call(&self.request)?;
            if answer.status != 200 {
                return Err(format!("the protected route answered {}", answer.status).into());
            }
            let mut took = asked.elapsed();
            std::thread::sleep(PACE.saturating_sub(took));
            loop {
                latencies.push(millis(took));
                match took.checked_sub(PACE) {
                    Some(rest) if !rest.is_zero() => took = rest,
                    _ => break,
                }
            }
        }
        Ok(latencies)
    }
}

/// The child: logs in, and prints one line.
pub fn flood(args: &FloodArgs) -> Result<()> {
    child::end_with_parent();
    machine::allow_many_files();
    // In earnest these clients are other machines: what they compute here should not be felt.
    rustix::process::nice(10)?;
    let load = Load {
        address: args.address,
        requests: (0..PEOPLE).map(|person| credentials("login", person)).collect(),
        connections: args.connections,
        duration: Duration::from_secs(args.seconds),
        patient: !args.impatient,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(drive(load))?;
    println!(
        "{} logged in ({:.1} /s), {} refused with 503 and Retry-After, {} failed",
        outcome.answered,
        outcome.rate(),
        outcome.refused,
        outcome.failed
    );
    Ok(())
}
