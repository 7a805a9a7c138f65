//! Starting the program, reading what it says, and speaking HTTP to it byte by byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use horizon_auth_testkit::coverage_file;
use serde_json::Value;
use tempfile::TempDir;

/// Nothing that a test waits for takes longer, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const ANA: &str = r#"{"email":"ana@example.com","password":"correct horse battery"}"#;

/// The program with an environment of its own, in a folder.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_horizon-auth"));
    command
        .env_clear()
        .envs(coverage_file())
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

/// What it said, and on which stream.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with a configuration file, and a key in it or in the folder of another installation.
pub(crate) struct Installation {
    folder: Arc<TempDir>,
    database: String,
    key: PathBuf,
}

impl Installation {
    /// On SQLite, with cheap hashes and room for `more` settings; lines before the first
    /// `[section]` of `more` are at the top.
    pub(crate) fn new(more: &str) -> Self {
        Self::on("sqlite:auth.db", more)
    }

    pub(crate) fn on(database: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = match database.strip_prefix("sqlite:") {
            Some(file) => format!("sqlite:{}", folder.path().join(file).display()),
            None => database.to_owned(),
        };
        let made = run(
            folder.path(),
            &["keys", "generate", "--algorithm", "ES256", "--out", "keys"],
        );
        assert!(made.status.success(), "{}", stderr(&made));
        let key = files(&folder.path().join("keys"))
            .into_iter()
            .find(|file| file.to_str().unwrap().ends_with("private.pem"))
            .unwrap();
        Self::configured(folder, database, key, more)
    }

    /// Another one on the same database, which signs with the same key. The first one must be kept.
    pub(crate) fn beside(&self, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::configured(folder, self.database.clone(), self.key.clone(), more)
    }

    fn configured(folder: TempDir, database: String, key: PathBuf, more: &str) -> Self {
        let (top, sections) = more.split_at(more.find('[').unwrap_or(more.len()));
        let text = format!(
            "listen = \"127.0.0.1:0\"\n{top}\n[database]\nurl = {database:?}\n[jwt]\nprivate_key_file = {:?}\n\
             [hashing]\npreset = \"lean\"\n{sections}\n",
            key.to_str().unwrap()
        );
        std::fs::write(folder.path().join("horizon-auth.toml"), text).unwrap();
        Self {
            folder: Arc::new(folder),
            database,
            key,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        run(self.path(), arguments)
    }

    /// Begins a command whose lines are read while it runs.
    pub(crate) fn start(&self, arguments: &[&str]) -> Said {
        let mut command = program(self.path());
        let child = command.args(arguments).stdout(Stdio::piped()).spawn();
        Said::of(child.unwrap())
    }

    /// `serve` with this configuration. What runs keeps the folder, for SQLite opens files in it at any time.
    pub(crate) fn serve(&self) -> Running {
        let mut command = program(self.path());
        command.args(["serve", "--config", "horizon-auth.toml"]);
        Running::keeping(Some(Arc::clone(&self.folder)), command)
    }
}

/// A command that runs, and what it says.
pub(crate) struct Said {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    all: String,
}

impl Said {
    fn of(mut child: Child) -> Self {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines,
            all: String::new(),
        }
    }

    /// Reads until a line contains `text`.
    pub(crate) fn line_with(&mut self, text: &str) {
        loop {
            let Some(Ok(line)) = self.lines.next() else {
                panic!("no line with {text:?} in:\n{}", self.all);
            };
            self.all.push_str(&line);
            self.all.push('\n');
            if line.contains(text) {
                return;
            }
        }
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(9),
            "it had ended: {}",
            self.all
        );
    }

    /// Everything that it said until it ended, which must have been well.
    pub(crate) fn until_it_ends(mut self) -> String {
        for line in self.lines.by_ref() {
            self.all.push_str(&line.unwrap());
            self.all.push('\n');
        }
        assert!(self.child.wait().unwrap().success(), "{}", self.all);
        self.all.clone()
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        let _ = self.child.kill(); // ended already is fine
        let _ = self.child.wait();
    }
}

/// The files of a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    all.sort();
    all
}

/// Who may do what with a file or folder.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// What has been written to standard error, and a bell for each line.
#[derive(Default)]
struct Log {
    text: Mutex<String>,
    grown: Condvar,
}

/// A started program that listens; killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
    lines: Receiver<String>,
    errors: Arc<Log>,
    _folder: Option<Arc<TempDir>>,
}

impl Running {
    /// Starts it and waits for the line that names its address.
    pub(crate) fn start(command: Command) -> Self {
        Self::keeping(None, command)
    }

    fn keeping(folder: Option<Arc<TempDir>>, mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let errors = Arc::new(Log::default());
        let (sink, stderr) = (Arc::clone(&errors), BufReader::new(child.stderr.take().unwrap()));
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                sink.text.lock().unwrap().push_str(&(line + "\n"));
                sink.grown.notify_all();
            }
        });
        let mut running = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            lines,
            errors,
            _folder: folder,
        };
        let line = running.line_with("http://");
        let address = line.split("http://").nth(1).unwrap();
        running.address = address.split(',').next().unwrap().parse().unwrap();
        running
    }

    /// The next line of output that contains `text`.
    pub(crate) fn line_with(&self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line =
                line.unwrap_or_else(|_| panic!("no line with {text:?}; it complained:\n{}", self.log()));
            if line.contains(text) {
                return line;
            }
        }
    }

    /// What it has written to standard error so far.
    pub(crate) fn log(&self) -> String {
        self.errors.text.lock().unwrap().clone()
    }

    /// Waits until the log has such a line.
    pub(crate) fn wait_for_log(&self, text: &str) {
        let log = self.errors.text.lock().unwrap();
        let missing = |log: &mut String| !log.contains(text);
        let (log, waited) = self
            .errors
            .grown
            .wait_timeout_while(log, PATIENCE, missing)
            .unwrap();
        assert!(!waited.timed_out(), "no {text:?} in:\n{log}");
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(
            Command::new("bash")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for its end: its output closes when it is gone.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
                Err(RecvTimeoutError::Timeout) => panic!("it does not end:\n{}", self.log()),
            }
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes on a connection of their own, and reads until the server closes it.
    pub(crate) fn exchange(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect();
        let _ = stream.write_all(bytes); // the server may refuse before it has read everything
        Reply::read(stream)
    }

    pub(crate) fn get(&self, path: &str, headers: &str) -> Reply {
        self.exchange(
            format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").as_bytes(),
        )
    }

    pub(crate) fn post(&self, path: &str, headers: &str, body: &str) -> Reply {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n"
        );
        let length = body.len();
        self.exchange(format!("{head}content-length: {length}\r\n{headers}\r\n{body}").as_bytes())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill(); // ended already is fine
        let _ = self.child.wait();
    }
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub(crate) struct Reply(pub(crate) String);

impl Reply {
    /// Everything until the server closes. A reset after the answer is a close too.
    pub(crate) fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        loop {
            match stream.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => bytes.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {} // the end of another child
                Err(error) => panic!("the connection stays open: {error}"),
            }
        }
        Self(String::from_utf8(bytes).unwrap())
    }

    /// The status, or 0 if the connection was closed without an answer.
    pub(crate) fn status(&self) -> u16 {
        let word = self.0.split(' ').nth(1).unwrap_or("0");
        word.parse().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        let body = self.0.split("\r\n\r\n").nth(1).unwrap_or("");
        serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {}", self.0))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.0.lines().take_while(|line| !line.is_empty());
        let mut named = lines.filter_map(|line| line.split_once(": "));
        named.find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// The `name=value` of the cookie that it sets.
    pub(crate) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    pub(crate) fn access_token(&self) -> String {
        self.json()["accessToken"].as_str().unwrap().to_owned()
    }
}
