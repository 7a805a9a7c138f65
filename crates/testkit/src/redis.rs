//! A Redis of one's own: started, starved, stopped and killed by a test.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longest time that anything of it takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running `redis-server`, killed when it is dropped.
#[derive(Debug)]
pub struct RedisServer {
    child: Child,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    arguments: Vec<String>,
    folder: TempDir,
}

impl RedisServer {
    /// Starts one that keeps nothing on disk.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with more settings, such as `["--appendonly", "yes"]`.
    ///
    /// # Panics
    /// If it does not come up; `scripts/test` installs it.
    #[must_use]
    pub fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let port = free_port();
        let server = Self {
            child: spawn(port, &folder, &arguments),
            port,
            arguments,
            folder,
        };
        server.wait_until_it_answers();
        server
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Sends a signal, such as `STOP`.
    ///
    /// # Panics
    /// If the process is gone.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    /// Kills it with SIGKILL.
    pub fn kill(&mut self) {
        let _ = self.child.kill(); // gone already is fine
        let _ = self.child.wait();
    }

    /// Starts it again in the same folder and on the same port, after a kill.
    pub fn restart(&mut self) {
        self.kill();
        self.child = spawn(self.port, &self.folder, &self.arguments);
        self.wait_until_it_answers();
    }

    /// What `redis-cli` prints.
    ///
    /// # Panics
    /// If the command cannot be run.
    #[expect(
        clippy::must_use_candidate,
        reason = "many commands say nothing worth knowing"
    )]
    pub fn cli(&self, arguments: &[&str]) -> String {
        let port = self.port.to_string();
        let output = Command::new("redis-cli")
            .args(["-p", &port])
            .args(arguments)
            .output()
            .expect("redis-cli runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn wait_until_it_answers(&self) {
        let start = Instant::now();
        while self.cli(&["PING"]) != "PONG" {
            assert!(start.elapsed() < PATIENCE, "redis-server does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(port: u16, folder: &TempDir, arguments: &[String]) -> Child {
    Command::new("redis-server")
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
        ])
        .arg(folder.path())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed; scripts/test does that")
}

/// A port that nobody listens on. Redis has no way to let the system choose.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
