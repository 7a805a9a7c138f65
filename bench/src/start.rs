//! Cold start and idle memory of the program, beside a bare axum server.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::child::{self, Running};
use crate::figures::{Goal, Row, Table, median, mib, millis, ratio};
use crate::http::{self, Client};
use crate::{Plan, Result, machine};

const STARTS: usize = 20;
const SETTLED: Duration = Duration::from_secs(2);
const GOAL_MS: f64 = 100.0;
const GOAL_MIB: f64 = 30.0;

pub fn measure(plan: &Plan, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let ours = |address| program(plan, folder.path(), address);
    let bare = |address| bare(address);
    drop(start(ours, "/health/ready")?); // makes the data folder
    let (mut our_times, mut bare_times) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds(STARTS) {
        bare_times.push(millis(start(bare, "/bare")?.1));
        our_times.push(millis(start(ours, "/health/ready")?.1));
    }
    let (our_memory, bare_memory) = (idle_memory(ours, "/health/ready")?, idle_memory(bare, "/bare")?);
    let time = median(&our_times);
    table.add(Row {
        what: "start to the first 200 of /health/ready, beside a bare axum server".into(),
        ours: format!("{time:.0} ms"),
        baseline: format!("{:.0} ms", median(&bare_times)),
        ratio: ratio(&our_times, &bare_times),
        goal: Goal::None,
    });
    table.add(Row {
        what: "start to the first 200, beside the goal".into(),
        ours: format!("{time:.0} ms"),
        baseline: format!("{GOAL_MS:.0} ms"),
        ratio: time / GOAL_MS,
        goal: Goal::AtMost(1.0),
    });
    table.add(Row {
        what: "idle memory, beside a bare axum server".into(),
        ours: format!("{our_memory:.1} MiB"),
        baseline: format!("{bare_memory:.1} MiB"),
        ratio: our_memory / bare_memory,
        goal: Goal::None,
    });
    table.add(Row {
        what: "idle memory, beside the goal".into(),
        ours: format!("{our_memory:.1} MiB"),
        baseline: format!("{GOAL_MIB:.0} MiB"),
        ratio: our_memory / GOAL_MIB,
        goal: Goal::AtMost(1.0),
    });
    Ok(())
}

fn program(plan: &Plan, folder: &Path, address: SocketAddr) -> Result<Command> {
    let mut command = child::program(&plan.server, &folder.join("log"))?;
    command.arg("dev").arg("--data").arg(folder.join("data"));
    command.args(["--listen", &address.to_string()]);
    Ok(command)
}

fn bare(address: SocketAddr) -> Result<Command> {
    let mut command = child::own()?;
    command
        .args(["serve", "--listen", &address.to_string()])
        .stdout(Stdio::null());
    Ok(command)
}

/// Starts a server; the time runs from before the process exists to the first 200.
fn start(command: impl Fn(SocketAddr) -> Result<Command>, path: &str) -> Result<(Running, Duration)> {
    let address = child::free_address()?;
    let mut command = command(address)?;
    let request = http::request("GET", path, None, "");
    let began = Instant::now();
    let mut running = Running::start(&mut command)?;
    loop {
        let answer = Client::connect(address).and_then(|mut client| client.call(&request));
        if answer.is_ok_and(|answer| answer.status == 200) {
            return Ok((running, began.elapsed()));
        }
        if running.has_ended()? || began.elapsed() > Duration::from_secs(20) {
            return Err("a server did not start".into());
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn idle_memory(command: impl Fn(SocketAddr) -> Result<Command>, path: &str) -> Result<f64> {
    let (running, _) = start(command, path)?;
    std::thread::sleep(SETTLED);
    Ok(mib(machine::memory_of(running.id(), "VmRSS")?))
}
