//! Mails of a process that dies: none is lost, and a second copy can be told.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use horizon_auth_testkit::{Database, Kind, MailServer, both_engines, mail_header};
use serde_json::Value;

use crate::support::{Installation, PATIENCE};

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

        let real = MailServer::running();
        assert!(real.mails_to(&email).is_empty());
        move_to(&installation, deaf, real.plain);
        let mut second = installation.serve();
        let mails = real.wait_for(&email, 1).await;
        let body = format!(r#"{{"token":"{}"}}"#, token(&mails[0]));
        assert_eq!(second.post("/auth/verify-email", "", &body).status(), 200);
        assert_eq!(second.post("/auth/verify-email", "", &body).status(), 400, "the link is used up");
        second.terminate();
        assert!(second.wait().success());
        assert_eq!(real.mails_to(&email).len(), 1);
    };

    a_mail_whose_receipt_was_not_noted_comes_again_under_the_same_message_id => |kind| async move {
        let database = Database::empty(kind).await;
        let real = MailServer::running();
        let (keeper, taken) = keeper_of_the_last_word(real.plain);
        let email = somebody("twice", kind);
        let installation = installation(&database, keeper);
        let mut first = installation.serve();
        assert_eq!(first.post("/auth/register", "", &registration(&email)).status(), 201);
        taken.recv_timeout(PATIENCE).expect("the mail server has taken the mail");
        first.signal("KILL");
        assert!(!first.wait().success());
        assert_eq!(real.wait_for(&email, 1).await.len(), 1);

        move_to(&installation, keeper, real.plain);
        let second = installation.serve();
        let mails = real.wait_for(&email, 2).await;
        assert_eq!(mail_header(&mails[0], "Message-ID"), mail_header(&mails[1], "Message-ID"), "mail programs show one of them");
        // The person may have opened either.
        for (mail, status) in [(&mails[0], 200), (&mails[1], 400)] {
            let body = format!(r#"{{"token":"{}"}}"#, token(mail));
            assert_eq!(second.post("/auth/verify-email", "", &body).status(), status);
        }
    };
}
