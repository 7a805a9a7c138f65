//! `horizon-auth users`, on both engines.

mod export;
mod guide;
mod import;
mod live;
mod roles;
mod sessions;
mod verbs;

use std::io::Write as _;
use std::process::{Output, Stdio};

use horizon_auth_testkit::{Database, Kind};
use serde_json::Value;

use crate::support::{Installation, Reply, Running, program, stderr, stdout};

/// Settings with which nobody is slowed down.
const NO_LIMITS: &str = "rate_limit.login = \"1000/1m\"\nrate_limit.refresh = \"1000/1m\"\n";
/// A bcrypt hash of `U*U`, from the test vectors of `crypt_blowfish`.
const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const PASSWORD: &str = "correct horse battery";

/// An installation on a database with tables.
struct Site {
    installation: Installation,
    database: Database,
}

impl Site {
    async fn new(kind: Kind) -> Self {
        Self::with(kind, NO_LIMITS).await
    }

    /// With settings for the top of the file.
    async fn with(kind: Kind, settings: &str) -> Self {
        let database = Database::fresh(kind).await;
        let site = Self {
            installation: Installation::on(&database.url, settings),
            database,
        };
        let path = site.installation.path().join("horizon-auth.toml");
        let text = std::fs::read_to_string(&path).unwrap() + "bcrypt_migration = true\n"; // its section is the last
        std::fs::write(path, text).unwrap();
        site
    }

    fn users(&self, arguments: &[&str]) -> Output {
        self.installation.run(&[&["users"], arguments].concat())
    }

    /// The answer of a command that succeeds.
    fn said(&self, arguments: &[&str]) -> String {
        let output = self.users(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{arguments:?}");
        stdout(&output)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.said(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// The complaint of a command that is refused.
    fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.users(arguments);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{arguments:?}: {}",
            stdout(&output)
        );
        assert_eq!(stdout(&output), "", "{arguments:?}");
        stderr(&output)
    }

    /// A role that can be granted.
    fn role(&self, name: &str) {
        let output = self.installation.run(&["roles", "create", name]);
        assert!(output.status.success(), "{}", stderr(&output));
    }

    /// An account with the usual password.
    fn create(&self, email: &str) {
        let output = self.create_with(email, PASSWORD);
        assert!(output.status.success(), "{}", stderr(&output));
    }

    fn create_with(&self, email: &str, password: &str) -> Output {
        let mut child = program(self.installation.path())
            .args(["users", "create", "--email", email, "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let _ = writeln!(stdin, "{password}"); // it may refuse before it has read
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.installation.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.installation.path().join(name)).unwrap()
    }
}

fn login(running: &Running, email: &str, password: &str) -> Reply {
    let body = serde_json::json!({ "email": email, "password": password });
    running.post("/auth/login", "", &body.to_string())
}

/// What an access token opens.
fn profile(running: &Running, token: &str) -> Reply {
    running.get("/auth/profile", &format!("authorization: Bearer {token}\r\n"))
}
