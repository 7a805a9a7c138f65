//! Mails of a process that dies: none is lost, and a second copy can be told.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use horizon_auth_testkit::{Database, Kind, both_engines};
use serde_json::Value;

use crate::support::{Installation, PATIENCE};

/// The mail server that `scripts/test` starts.
struct MailServer {
    address: SocketAddr,
    folder: PathBuf,
}

impl MailServer {
    fn of_this_run() -> Self {
        let told = std::env::var("HORIZON_TEST_SMTP").expect("HORIZON_TEST_SMTP; scripts/test sets it");
        let told: Value = serde_json::from_str(&told).unwrap();
        let port = told["plain"].as_u64().unwrap().try_into().unwrap();
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            folder: told["folder"].as_str().unwrap().into(),
        }
    }

    /// The mails to an address, oldest first, once there are `count` of them.
    fn wait_for(&self, email: &str, count: usize) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let mails = self.mails(email);
            if mails.len() >= count {
                return mails;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{} mails to {email}, not {count}",
                mails.len()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn mails(&self, email: &str) -> Vec<Value> {
        let Ok(folder) = fs::read_dir(self.folder.join(email)) else {
            return Vec::new();
        };
        let mut files: Vec<(u64, PathBuf)> = folder
            .map(|entry| entry.unwrap().path())
            .filter_map(|path| {
                let number = path.file_name()?.to_str()?.strip_suffix(".json")?.parse().ok()?;
                Some((number, path))
            })
            .collect();
        files.sort();
        let read = |(_, path)| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        files.into_iter().map(read).collect()
    }
}

fn message_id(mail: &Value) -> &Value {
    let headers = mail["headers"].as_array().unwrap();
    &headers.iter().find(|header| header[0] == "Message-ID").unwrap()[1]
}

/// The token of the link in a mail.
fn token(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let after = text.split("/verify-email?token=").nth(1).unwrap();
    after.split_whitespace().next().unwrap().to_owned()
}

/// Everything is sent to this address; an attempt lasts a second at most.
fn installation(database: &Database, mail_server: SocketAddr) -> Installation {
    Installation::on(&database.url, &mail_settings(mail_server))
}

fn mail_settings(server: SocketAddr) -> String {
    format!(
        "[mail]\ntransport = \"smtp\"\nfrom = \"auth@example.com\"\nsmtp_url = \"smtp+plain://{server}\"\ntimeout = \"1s\"\n"
    )
}

/// The same installation with another mail server.
fn move_to(installation: &Installation, from: SocketAddr, to: SocketAddr) {
    let file = installation.path().join("horizon-auth.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(file, text.replace(&from.to_string(), &to.to_string())).unwrap();
}

/// Takes connections and says nothing; the message is that one came.
fn deaf_server() -> (SocketAddr, Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            if sender.send(stream.unwrap()).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

/// Passes everything on to the real server, but keeps back its word that it has taken the mail.
/// The message is that it has.
fn keeper_of_the_last_word(server: SocketAddr) -> (SocketAddr, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, sender) = (client.unwrap(), sender.clone());
            let mut server = TcpStream::connect(server).unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut to));
            thread::spawn(move || {
                let (mut buffer, mut waits_for_data) = ([0; 4096], false);
                while let Ok(count @ 1..) = server.read(&mut buffer) {
                    if waits_for_data {
                        let _ = sender.send(());
                        thread::park(); // the client never hears it
                    }
                    waits_for_data = buffer.starts_with(b"354");
                    let _ = client.write_all(&buffer[..count]);
                }
            });
        }
    });
    (address, receiver)
}

fn registration(email: &str) -> String {
    format!(r#"{{"email":"{email}","password":"correct horse battery"}}"#)
}

/// An address that no other run has used.
fn somebody(what: &str, kind: Kind) -> String {
    format!(
        "{what}-{}-{}@example.com",
        format!("{kind:?}").to_lowercase(),
        std::process::id()
    )
}

both_engines! {
    a_mail_that_was_not_sent_when_the_process_was_killed_goes_out_after_its_restart => |kind| async move {
        let database = Database::empty(kind).await;
        let (deaf, connections) = deaf_server();
        let email = somebody("killed", kind);
        let installation = installation(&database, deaf);
        let mut first = installation.serve();
        assert_eq!(first.post("/auth/register", "", &registration(&email)).status(), 201);
        let _held = connections.recv_timeout(PATIENCE).expect("the worker has the mail in hand");
        first.signal("KILL");
        assert!(!first.wait().success());

        let real = MailServer::of_this_run();
        assert!(real.mails(&email).is_empty());
        move_to(&installation, deaf, real.address);
        let mut second = installation.serve();
        let mails = real.wait_for(&email, 1);
        let body = format!(r#"{{"token":"{}"}}"#, token(&mails[0]));
        assert_eq!(second.post("/auth/verify-email", "", &body).status(), 200);
        assert_eq!(second.post("/auth/verify-email", "", &body).status(), 400, "the link is used up");
        second.terminate();
        assert!(second.wait().success());
        assert_eq!(real.mails(&email).len(), 1);
    };

    a_mail_whose_receipt_was_not_noted_comes_again_under_the_same_message_id => |kind| async move {
        let database = Database::empty(kind).await;
        let real = MailServer::of_this_run();
        let (keeper, taken) = keeper_of_the_last_word(real.address);
        let email = somebody("twice", kind);
        let installation = installation(&database, keeper);
        let mut first = installation.serve();
        assert_eq!(first.post("/auth/register", "", &registration(&email)).status(), 201);
        taken.recv_timeout(PATIENCE).expect("the mail server has taken the mail");
        first.signal("KILL");
        assert!(!first.wait().success());
        assert_eq!(real.wait_for(&email, 1).len(), 1);

        move_to(&installation, keeper, real.address);
        let second = installation.serve();
        let mails = real.wait_for(&email, 2);
        assert_eq!(message_id(&mails[0]), message_id(&mails[1]), "mail programs show one of them");
        // The person may have opened either.
        for (mail, status) in [(&mails[0], 200), (&mails[1], 400)] {
            let body = format!(r#"{{"token":"{}"}}"#, token(mail));
            assert_eq!(second.post("/auth/verify-email", "", &body).status(), status);
        }
    };
}
