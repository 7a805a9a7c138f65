//! A program that listens, in a folder of its own, and a browser's way of talking to it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use crate::app::Answer;

/// Nothing that a test waits for takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program. Killed when it is dropped, and its folder is gone then.
#[derive(Debug)]
pub struct Example {
    child: Child,
    folder: TempDir,
    /// Where it listens.
    pub address: SocketAddr,
}

/// The variable that tells a program measured by `scripts/test --coverage` where to note what was reached; without it,
/// that would be a file in the folder it runs in.
#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the tests, not of the engine"
)]
#[must_use]
pub fn coverage_file() -> Option<(&'static str, OsString)> {
    const NAME: &str = "LLVM_PROFILE_FILE";
    std::env::var_os(NAME).map(|file| (NAME, file))
}

impl Example {
    /// Starts a program on a free port and waits for the line of its output that names the address.
    #[must_use]
    pub fn start(program: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(program)
            .arg("127.0.0.1:0")
            .env_clear()
            .envs(coverage_file())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line); // later lines interest nobody
            }
        });
        let address = loop {
            let line = lines.recv_timeout(PATIENCE).expect("a line with its address");
            if let Some((_, address)) = line.split_once("http://") {
                break address.trim().parse().expect("an address");
            }
        };
        Self {
            child,
            folder,
            address,
        }
    }

    /// The folder that it was started in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Somebody without cookies, at the address itself.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        self.visitor_of(&self.address.to_string())
    }

    /// The same at another host name.
    #[must_use]
    pub fn visitor_of(&self, host: &str) -> Visitor {
        Visitor {
            address: self.address,
            host: host.to_owned(),
            cookies: BTreeMap::new(),
        }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill(); // ended already is fine
        let _ = self.child.wait();
    }
}

/// Somebody who keeps cookies, as a page of the same origin does. Attributes other than `Max-Age=0` are not obeyed.
#[derive(Debug)]
pub struct Visitor {
    address: SocketAddr,
    host: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Sends a request without a body.
    pub fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, None)
    }

    /// Sends a request with a JSON body.
    pub fn post(&mut self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.send("POST", path, headers, Some(&body.to_string()))
    }

    /// Sends a request of any method.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Answer {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            self.host
        );
        let jar: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !jar.is_empty() {
            let _ = write!(head, "cookie: {}\r\n", jar.join("; "));
        }
        if method != "GET" {
            head += "sec-fetch-site: same-origin\r\n";
        }
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if let Some(body) = body {
            let length = body.len();
            let _ = write!(
                head,
                "content-type: application/json\r\ncontent-length: {length}\r\n"
            );
        }
        let answer = exchange(self.address, &format!("{head}\r\n{}", body.unwrap_or("")));
        self.keep_cookies(&answer.headers);
        answer
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().expect("text");
            let (name, rest) = line.split_once('=').expect("name=value");
            let value = rest.split(';').next().unwrap_or("");
            if line.ends_with("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn exchange(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.write_all(request.as_bytes()).expect("a whole request");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("a whole answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status.and_then(|code| code.parse::<StatusCode>().ok());
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name: HeaderName = name.parse().expect("a header's name");
        headers.append(name, HeaderValue::from_str(value).expect("a header's value"));
    }
    Answer {
        status: status.expect("a status"),
        headers,
        text: body.to_owned(),
    }
}
