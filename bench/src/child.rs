//! Child processes that never outlive this one.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::Result;

/// A process that is killed when this value goes.
#[derive(Debug)]
pub struct Running {
    child: Child,
    // Our own children end when it closes, even if this process is killed.
    _stdin: Option<ChildStdin>,
}

impl Running {
    /// Starts a command.
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take();
        Ok(Self { child, _stdin: stdin })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The first line it prints.
    pub fn first_line(&mut self) -> Result<String> {
        let stdout = self
            .child
            .stdout
            .take()
            .ok_or("the child's output is not piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if line.is_empty() {
            return Err("a child process ended before it said anything".into());
        }
        Ok(line)
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

/// This very program, to be run with other arguments.
pub fn own() -> Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}

/// The program `horizon-auth`, deaf to the environment and silent but for its complaints.
pub fn program(path: &Path, log: &Path) -> Result<Command> {
    let mut command = Command::new(path);
    command
        .env_clear()
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(log)?);
    Ok(command)
}

/// An address of 127.0.0.1 that nobody listens on now.
pub fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// Ends this process when the one that started it is gone.
pub fn end_with_parent() {
    std::thread::spawn(|| {
        let mut line = String::new();
        let _ = std::io::stdin().read_line(&mut line); // nothing is ever written
        std::process::exit(0);
    });
}
