//! A checker: who was answered what, when, and whether anybody was let in after a revocation was acknowledged.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Between two requests to one node. They do not wait for each other's answers: the node that stands still
/// has many waiting when it goes on.
const BETWEEN_REQUESTS: Duration = Duration::from_millis(15);
/// Between two revocations on one node.
const BETWEEN_REVOCATIONS: Duration = Duration::from_millis(120);
/// After one that was not acknowledged, so that accounts are left for the time after the fault.
const AFTER_A_REFUSAL: Duration = Duration::from_millis(500);
/// How long a client waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// One question about one token.
#[derive(Clone, Copy, Debug)]
struct Seen {
    token: usize,
    node: usize,
    sent: Instant,
    answered: Instant,
    status: u16,
}

/// One attempt to revoke.
#[derive(Clone, Copy, Debug)]
struct Revoking {
    sent: Instant,
    answered: Instant,
    status: u16,
}

struct Log {
    nodes: Mutex<Vec<SocketAddr>>,
    tokens: Vec<String>,
    seen: Mutex<Vec<Seen>>,
    revoking: Mutex<HashMap<usize, Revoking>>,
    begun: Mutex<HashMap<usize, Instant>>,
    stopped: AtomicBool,
}

/// Requests in the background with many tokens, of which one after the other is revoked.
pub(crate) struct Watch {
    log: Arc<Log>,
    tasks: JoinSet<()>,
}

/// What was seen in all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    /// Answered with 200.
    pub(crate) accepted: usize,
    /// Answered with 401.
    pub(crate) refused: usize,
    /// Answered with 503, or not at all.
    pub(crate) unavailable: usize,
    /// Revocations that were answered with 200.
    pub(crate) acknowledged: usize,
    /// Revocations that were answered otherwise.
    pub(crate) uncertain: usize,
}

impl Watch {
    /// Begins. Each token is of an account of its own.
    pub(crate) fn start(nodes: Vec<SocketAddr>, tokens: Vec<String>) -> Self {
        let count = nodes.len();
        let log = Arc::new(Log {
            nodes: Mutex::new(nodes),
            tokens,
            seen: Mutex::default(),
            revoking: Mutex::default(),
            begun: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let mut tasks = JoinSet::new();
        for node in 0..count {
            tasks.spawn(ask_again_and_again(Arc::clone(&log), node));
            tasks.spawn(revoke_one_by_one(Arc::clone(&log), node, count));
        }
        Self { log, tasks }
    }

    /// A node was started again, and listens elsewhere.
    pub(crate) fn moved(&self, node: usize, address: SocketAddr) {
        self.log.nodes.lock().unwrap()[node] = address;
    }

    /// How many nodes there are.
    pub(crate) fn nodes(&self) -> usize {
        self.log.nodes.lock().unwrap().len()
    }

    /// What has been seen so far.
    pub(crate) fn so_far(&self) -> Summary {
        let mut summary = Summary::default();
        for seen in self.log.seen.lock().unwrap().iter() {
            match seen.status {
                200 => summary.accepted += 1,
                401 => summary.refused += 1,
                0 | 503 => summary.unavailable += 1,
                other => panic!("node {} answered {other}", seen.node),
            }
        }
        for revoking in self.log.revoking.lock().unwrap().values() {
            match revoking.status {
                200 => summary.acknowledged += 1,
                0 | 503 => summary.uncertain += 1,
                other => panic!("a revocation was answered with {other}"),
            }
        }
        summary
    }

    /// Ends, and judges: nobody is let in after the acknowledgement, and nobody refused whom nobody revoked.
    pub(crate) async fn stop(mut self) -> Summary {
        self.log.stopped.store(true, Ordering::SeqCst);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        let revoking = self.log.revoking.lock().unwrap().clone();
        let begun = self.log.begun.lock().unwrap().clone();
        for seen in self.log.seen.lock().unwrap().iter() {
            let Seen { token, node, .. } = *seen;
            let dead = revoking.get(&token).filter(|revoking| revoking.status == 200);
            if let Some(dead) = dead.filter(|dead| seen.status == 200 && seen.sent > dead.answered) {
                panic!(
                    "node {node} accepted token {token} in a request sent {:?} after its revocation was \
                     acknowledged (which took {:?})",
                    seen.sent - dead.answered,
                    dead.answered - dead.sent
                );
            }
            let was_asked_for = begun.get(&token).is_some_and(|begun| *begun < seen.answered);
            assert!(
                seen.status != 401 || was_asked_for,
                "node {node} refused token {token}, which nobody revoked"
            );
        }
        self.so_far()
    }
}

impl Log {
    fn goes_on(&self) -> bool {
        !self.stopped.load(Ordering::SeqCst)
    }

    async fn ask(&self, node: usize, token: usize) {
        let address = self.nodes.lock().unwrap()[node];
        let sent = Instant::now();
        let status = profile(address, &self.tokens[token]).await;
        self.seen.lock().unwrap().push(Seen {
            token,
            node,
            sent,
            answered: Instant::now(),
            status,
        });
    }
}

async fn ask_again_and_again(log: Arc<Log>, node: usize) {
    let mut asking = JoinSet::new();
    for token in (0..log.tokens.len()).cycle() {
        if !log.goes_on() {
            break;
        }
        let log = Arc::clone(&log);
        asking.spawn(async move { log.ask(node, token).await });
        tokio::time::sleep(BETWEEN_REQUESTS).await;
    }
    asking.join_all().await;
}

async fn revoke_one_by_one(log: Arc<Log>, node: usize, nodes: usize) {
    let mut asking = JoinSet::new();
    for token in (node..log.tokens.len()).step_by(nodes) {
        tokio::time::sleep(BETWEEN_REVOCATIONS).await;
        if !log.goes_on() {
            break;
        }
        let address = log.nodes.lock().unwrap()[node];
        let sent = Instant::now();
        log.begun.lock().unwrap().insert(token, sent);
        // Half of them end all sessions of the account, half only the one of the token.
        let scope = ["all", "session"][token / nodes % 2];
        let status = revoke(address, &log.tokens[token], scope).await;
        let answered = Instant::now();
        log.revoking.lock().unwrap().insert(
            token,
            Revoking {
                sent,
                answered,
                status,
            },
        );
        // The worst moment to ask is the first one after the answer.
        for node in 0..nodes {
            let log = Arc::clone(&log);
            asking.spawn(async move { log.ask(node, token).await });
        }
        if status != 200 {
            tokio::time::sleep(AFTER_A_REFUSAL).await;
        }
    }
    asking.join_all().await;
}

/// The status for a request with this token.
pub(crate) async fn profile(address: SocketAddr, token: &str) -> u16 {
    request(address, "GET /auth/profile", token, "").await
}

/// The status for a log-out with this token.
pub(crate) async fn revoke(address: SocketAddr, token: &str, scope: &str) -> u16 {
    let body = format!(r#"{{"scope":"{scope}"}}"#);
    request(address, "POST /auth/logout", token, &body).await
}

/// The status; 0 if there was no answer.
async fn request(address: SocketAddr, what: &str, token: &str, body: &str) -> u16 {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let message = format!(
            "{what} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nauthorization: Bearer {token}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(message.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        std::io::Result::Ok(status.unwrap_or(0))
    };
    match tokio::time::timeout(PATIENCE, exchange).await {
        Ok(Ok(status)) => status,
        Ok(Err(_)) | Err(_) => 0,
    }
}
