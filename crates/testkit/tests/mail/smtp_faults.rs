//! SMTP when the server refuses, hangs, lies or is somebody else.

use std::time::Duration;

use horizon_auth_adapters::mail::SmtpMailer;
use horizon_auth_core::ports::mailer::{MailError, Mailer as _};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use horizon_auth_testkit::MailServer;

use crate::support::{short, smtp, smtp_within, somebody};

/// Sends a mail that must not go out; why not.
async fn refusal(mailer: &SmtpMailer, address: &str) -> MailError {
    let error = mailer.send(&short(address)).await.unwrap_err();
    let text = error.to_string();
    let local = address.split('@').next().unwrap();
    assert!(!text.contains(local), "no address: {text}");
    assert!(
        !text.contains("let me in") && !text.contains("s3cret"),
        "no password: {text}"
    );
    assert!(MailServer::running().mails_to(address).is_empty());
    error
}

fn assert_temporary(error: &MailError, says: &str) {
    assert!(
        matches!(error, MailError::Temporary(text) if text.contains(says)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    let server = MailServer::running();
    let mailer = smtp(
        &format!("smtp://localhost:{}", server.plain.port()),
        Some(&server.ca),
    );
    let error = refusal(&mailer, &somebody("ana")).await;
    assert_temporary(&error, "STARTTLS: the mail server does not offer it");
}

#[tokio::test]
async fn a_certificate_of_a_stranger_is_refused() {
    let server = MailServer::running();
    for url in [server.starttls_url(), server.tls_url()] {
        for authority in [None, Some(server.other_ca.as_path())] {
            let error = refusal(&smtp(&url, authority), &somebody("ana")).await;
            assert_temporary(&error, "certificate");
        }
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let server = MailServer::running();
    let url = server.tls_url().replace("127.0.0.1", "127.0.0.2");
    let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // The genuine server behind another address, for which its certificate was not made.
    let genuine = format!("127.0.0.1:{}", server.tls);
    tokio::spawn(async move {
        let (mut inner, _) = listener.accept().await.unwrap();
        let mut outer = tokio::net::TcpStream::connect(genuine).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut inner, &mut outer).await;
    });
    let url = url.replace(&server.tls.to_string(), &port.to_string());
    let error = refusal(&smtp(&url, Some(&server.ca)), &somebody("ana")).await;
    assert_temporary(&error, "certificate");
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_problem_and_not_told() {
    let server = MailServer::running();
    for url in [server.starttls_url(), server.tls_url()] {
        let url = url.replace("let%20me%20in", "s3cret");
        let mailer = smtp(&url, Some(&server.ca));
        assert_eq!(format!("{mailer:?}"), "SmtpMailer");
        let error = refusal(&mailer, &somebody("ana")).await;
        assert_temporary(&error, "AUTH: the mail server answered 535");
    }
}

#[tokio::test]
async fn a_busy_mailbox_is_tried_again_and_a_missing_one_is_not() {
    let server = MailServer::running();
    let mailer = smtp(&server.plain_url(), None);
    let busy = refusal(&mailer, &somebody("busy")).await;
    assert_temporary(&busy, "RCPT: the mail server answered 451");
    let gone = refusal(&mailer, &somebody("gone")).await;
    assert!(
        matches!(&gone, MailError::Permanent(text) if text.contains("550")),
        "{gone:?}"
    );
}

#[tokio::test]
async fn a_server_that_hangs_costs_no_more_than_the_time_out() {
    let server = MailServer::running();
    let mailer = smtp_within(&server.plain_url(), None, Duration::from_millis(500));
    let slow = refusal(&mailer, &somebody("slow")).await;
    assert_temporary(&slow, "no answer of the mail server in time");
    // The next mail does not get the answers that the slow one was waiting for.
    let ana = somebody("ana");
    smtp(&server.plain_url(), None).send(&short(&ana)).await.unwrap();
    assert_eq!(server.mails_to(&ana).len(), 1);
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mailer = smtp(&format!("smtp+plain://127.0.0.1:{port}"), None);
    assert_temporary(&refusal(&mailer, &somebody("ana")).await, "connecting: ");
}

/// Answers each line with the next of these, and nothing after the last.
async fn scripted(answers: &'static [&'static str]) -> SmtpMailer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        for answer in answers {
            writer.write_all(answer.as_bytes()).await.unwrap();
            if lines.next_line().await.unwrap().is_none() {
                return;
            }
        }
    });
    smtp(&format!("smtp+plain://127.0.0.1:{port}"), None)
}

#[tokio::test]
async fn a_server_that_answers_out_of_step_is_not_believed() {
    // One answer too many at the beginning, as somebody on the way could slip in before TLS.
    let answers = &[
        "220 hello\r\n250 hello\r\n",
        "250 hello\r\n",
        "250 sender\r\n",
        "250 recipient\r\n",
    ];
    let error = refusal(&scripted(answers).await, &somebody("ana")).await;
    assert_temporary(&error, "out of step");
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_last_answer_is_tried_again() {
    let answers = &[
        "220 hello\r\n",
        "250 hello\r\n",
        "250 ok\r\n",
        "250 ok\r\n",
        "354 go on\r\n",
    ];
    let error = refusal(&scripted(answers).await, &somebody("ana")).await;
    assert!(matches!(error, MailError::Temporary(_)), "{error:?}");
}

#[tokio::test]
async fn a_refused_sender_does_not_cost_the_mail() {
    let answers = &["220 hello\r\n", "250 hello\r\n", "553 5.7.1 not your address\r\n"];
    let error = refusal(&scripted(answers).await, &somebody("ana")).await;
    assert_temporary(&error, "MAIL: the mail server answered 553");
}
