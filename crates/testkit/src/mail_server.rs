//! The real mail server that `scripts/test` starts, and the mails that it took.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Nothing that a test waits for takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server on three ports. Mails that it takes lie in a folder.
#[derive(Debug)]
pub struct MailServer {
    /// Where it speaks without TLS.
    pub plain: SocketAddr,
    /// Port with STARTTLS.
    pub starttls: u16,
    /// Port with TLS.
    pub tls: u16,
    /// The authority that signed the server's certificate.
    pub ca: PathBuf,
    /// One that did not.
    pub other_ca: PathBuf,
    folder: PathBuf,
}

impl MailServer {
    /// The server of this run.
    ///
    /// # Panics
    /// Outside of `scripts/test`.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by the script where the server is"
    )]
    #[must_use]
    pub fn running() -> Self {
        let told = std::env::var("HORIZON_TEST_SMTP").expect(
            "HORIZON_TEST_SMTP is not set: run the tests with scripts/test, which starts a mail server",
        );
        let told: Value = serde_json::from_str(&told).expect("JSON");
        let port = |name: &str| {
            let port = told[name].as_u64().and_then(|port| u16::try_from(port).ok());
            port.expect("a port")
        };
        let path = |name: &str| PathBuf::from(told[name].as_str().expect("a path"));
        Self {
            plain: SocketAddr::from(([127, 0, 0, 1], port("plain"))),
            starttls: port("starttls"),
            tls: port("tls"),
            ca: path("ca"),
            other_ca: path("other_ca"),
            folder: path("folder"),
        }
    }

    /// Without TLS and log-in.
    #[must_use]
    pub fn plain_url(&self) -> String {
        format!("smtp+plain://{}", self.plain)
    }

    /// With STARTTLS and log-in.
    #[must_use]
    pub fn starttls_url(&self) -> String {
        format!("smtp://horizon:let%20me%20in@localhost:{}", self.starttls)
    }

    /// With TLS and log-in.
    #[must_use]
    pub fn tls_url(&self) -> String {
        format!("smtps://horizon:let%20me%20in@127.0.0.1:{}", self.tls)
    }

    /// What arrived for an address, as the server read it; oldest first.
    #[must_use]
    pub fn mails_to(&self, address: &str) -> Vec<Value> {
        let Ok(entries) = fs::read_dir(self.folder.join(address)) else {
            return Vec::new();
        };
        let paths = entries.map(|entry| entry.expect("a file").path());
        let mut numbered: Vec<(u64, PathBuf)> = paths
            .filter_map(|path| {
                let number = path.file_name()?.to_str()?.strip_suffix(".json")?.parse().ok()?;
                Some((number, path))
            })
            .collect();
        numbered.sort();
        let read = |(_, path)| serde_json::from_slice(&fs::read(path).expect("a mail")).expect("JSON");
        numbered.into_iter().map(read).collect()
    }

    /// Waits until a mail for the address is there.
    pub async fn first_mail_to(&self, address: &str) -> Value {
        self.wait_for(address, 1).await.swap_remove(0)
    }

    /// The mails to an address, oldest first, once there are `count` of them.
    pub async fn wait_for(&self, address: &str, count: usize) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let mails = self.mails_to(address);
            if mails.len() >= count {
                return mails;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{} mails to {address}, not {count}",
                mails.len()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Values of a mail's header, in order.
#[must_use]
pub fn mail_header(mail: &Value, name: &str) -> Vec<String> {
    let headers = mail["headers"].as_array().expect("headers");
    let pairs = headers
        .iter()
        .filter_map(|header| header[0].as_str().zip(header[1].as_str()));
    let named = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.to_owned()).collect()
}
