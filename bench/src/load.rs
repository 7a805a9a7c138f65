//! The load driver: many connections, each sending its next request when the last one is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Result;
use crate::http::{self, Answer};

/// What is sent, by how many, for how long.
#[derive(Clone, Debug)]
pub struct Load {
    pub address: SocketAddr,
    /// Connection `n` sends number `n` of these, round and round.
    pub requests: Arc<[Vec<u8>]>,
    pub connections: usize,
    pub duration: Duration,
    /// Whether a refused client waits as long as `Retry-After` says.
    pub patient: bool,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Answers of the class 2xx.
    pub answered: u64,
    /// 503 with `Retry-After`.
    pub refused: u64,
    /// Everything else: other answers, broken connections, no answer.
    pub failed: u64,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// Seconds from request to answer, of the class 2xx.
    pub latencies: Vec<f64>,
}

impl Outcome {
    /// Answers of the class 2xx per second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.elapsed.as_secs_f64()
    }

    fn count(&mut self, answer: &Answer, latency: Duration) {
        match (answer.status, answer.retry_after) {
            (200..300, _) => {
                self.answered += 1;
                self.latencies.push(latency.as_secs_f64());
            }
            (503, Some(_)) => self.refused += 1,
            _ => self.failed += 1,
        }
    }

    fn merge(&mut self, other: Self) {
        self.answered += other.answered;
        self.refused += other.refused;
        self.failed += other.failed;
        self.latencies.extend(other.latencies);
    }
}

/// No request may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs on the current runtime; every connection is open before the first request is sent.
pub async fn drive(load: Load) -> Result<Outcome> {
    let mut streams = Vec::with_capacity(load.connections);
    for _ in 0..load.connections {
        streams.push(connect(load.address).await?);
    }
    let began = Instant::now();
    let mut connections = JoinSet::new();
    for (number, stream) in streams.into_iter().enumerate() {
        connections.spawn(keep_sending(stream, number, load.clone(), began + load.duration));
    }
    let mut outcome = Outcome::default();
    while let Some(part) = connections.join_next().await {
        outcome.merge(part?);
    }
    outcome.elapsed = began.elapsed();
    Ok(outcome)
}

async fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = timeout(PATIENCE, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn keep_sending(mut stream: TcpStream, number: usize, load: Load, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    let mut buffer = Vec::with_capacity(4096);
    let request = &load.requests[number % load.requests.len()];
    while Instant::now() < until {
        let began = Instant::now();
        let Some(answer) = ask(&mut stream, request, &mut buffer, load.address).await else {
            outcome.failed += 1;
            let Ok(fresh) = connect(load.address).await else {
                return outcome;
            };
            stream = fresh;
            continue;
        };
        outcome.count(&answer, began.elapsed());
        if let (true, Some(seconds)) = (load.patient, answer.retry_after) {
            let left = until.saturating_duration_since(Instant::now());
            sleep(Duration::from_secs(seconds).min(left)).await;
        }
    }
    outcome
}

/// Asks once more on a fresh connection if the server has closed an idle one meanwhile, as browsers do.
async fn ask(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
    address: SocketAddr,
) -> Option<Answer> {
    match timeout(PATIENCE, exchange(stream, request, buffer)).await.ok()? {
        Ok(answer) => Some(answer),
        Err(_) if buffer.is_empty() => {
            *stream = connect(address).await.ok()?;
            timeout(PATIENCE, exchange(stream, request, buffer))
                .await
                .ok()?
                .ok()
        }
        Err(_) => None,
    }
}

async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> Result<Answer> {
    buffer.clear();
    stream.write_all(request).await?;
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        if let Some(answer) = http::parse(buffer) {
            return Ok(answer);
        }
    }
}
