//! SMTP against a real server: what is sent arrives, protected and unchanged.

use std::sync::Arc;

use horizon_auth_core::domain::mail::{HeaderText, MailKind};
use horizon_auth_core::ports::mailer::Mailer as _;
use tokio::task::JoinSet;

use horizon_auth_testkit::{MailServer, mail_header};

use crate::support::{short, smtp, somebody, written};

#[tokio::test]
async fn every_mail_arrives_as_it_was_written() {
    let server = MailServer::running();
    let mailer = smtp(&server.starttls_url(), Some(&server.ca));
    for tag in ["en", "de", "he"] {
        for kind in MailKind::ALL {
            let ana = somebody("ana");
            let mail = written(&ana, *kind, tag, "Tom & Jerry");
            mailer.send(&mail).await.unwrap();

            let arrived = server.mails_to(&ana).pop().expect("it arrived");
            assert_eq!(mail_header(&arrived, "Subject"), [mail.words.subject.as_str()]);
            assert_eq!(mail_header(&arrived, "To"), [ana.as_str()]);
            assert_eq!(
                mail_header(&arrived, "From"),
                ["\"Example, \\\"Inc\" <auth@example.com>"]
            );
            assert_eq!(
                mail_header(&arrived, "Message-ID"),
                [format!("<{}>", mail.message_id)]
            );
            assert_eq!(mail_header(&arrived, "Auto-Submitted"), ["auto-generated"]);
            assert_eq!(mail_header(&arrived, "Date").len(), 1);
            assert_eq!(arrived["type"], "multipart/alternative");
            assert_eq!(arrived["mail_from"], "auth@example.com");
            assert_eq!(arrived["recipients"], serde_json::json!([ana]));
            let text = arrived["text"].as_str().unwrap().replace("\r\n", "\n");
            let html = arrived["html"].as_str().unwrap().replace("\r\n", "\n");
            assert_eq!(text.trim_end(), mail.words.text.trim_end(), "{tag} {kind:?}");
            assert_eq!(html.trim_end(), mail.words.html.trim_end(), "{tag} {kind:?}");
            assert!(html.contains("Tom &amp; Jerry") && text.contains("Tom & Jerry"));
        }
    }
}

#[tokio::test]
async fn log_in_and_mail_travel_inside_tls() {
    let server = MailServer::running();
    for url in [server.starttls_url(), server.tls_url()] {
        let mailer = smtp(&url, Some(&server.ca));
        let ana = somebody("ana");
        // The second mail goes over the connection of the first.
        for _ in 0..2 {
            mailer.send(&short(&ana)).await.unwrap();
        }
        let arrived = server.mails_to(&ana);
        assert_eq!(arrived.len(), 2);
        for mail in arrived {
            assert_eq!((&mail["tls"], &mail["login"]), (&true.into(), &"horizon".into()));
        }
    }
}

#[tokio::test]
async fn every_attempt_has_the_same_message_id() {
    let server = MailServer::running();
    let mailer = smtp(&server.plain_url(), None);
    let ana = somebody("ana");
    let mail = short(&ana);
    for _ in 0..2 {
        mailer.send(&mail).await.unwrap();
    }
    let ids: Vec<_> = server
        .mails_to(&ana)
        .iter()
        .flat_map(|mail| mail_header(mail, "Message-ID"))
        .collect();
    assert_eq!(ids, vec![format!("<{}>", mail.message_id); 2]);
}

#[tokio::test]
async fn a_name_cannot_add_a_header_or_markup() {
    let server = MailServer::running();
    let mailer = smtp(&server.plain_url(), None);
    for name in [
        "Ana\r\nBcc: eve@example.com",
        "Ana\nSubject: other",
        "<b>Ana</b>",
        "https://evil.example",
    ] {
        for kind in MailKind::ALL {
            let ana = somebody("ana");
            mailer.send(&written(&ana, *kind, "en", name)).await.unwrap();
            let arrived = server.mails_to(&ana).pop().unwrap();
            assert!(mail_header(&arrived, "Bcc").is_empty(), "{name:?}");
            assert_eq!(mail_header(&arrived, "Subject").len(), 1);
            for part in ["text", "html"] {
                let body = arrived[part].as_str().unwrap();
                assert!(
                    !body.contains("Bcc:") && !body.contains("<b>") && !body.contains("evil"),
                    "{body}"
                );
            }
        }
    }
    // The only way into a header is a type that has no line breaks.
    for text in [
        "Ana\r\nBcc: eve@example.com",
        "a\nb",
        "a\rb",
        "a\u{85}b",
        "a\u{2028}b",
        "a\0b",
    ] {
        assert!(HeaderText::parse(text).is_err(), "{text:?}");
    }
}

#[tokio::test]
async fn twenty_mails_at_once_reach_their_mailboxes() {
    let server = MailServer::running();
    let mailer = Arc::new(smtp(&server.tls_url(), Some(&server.ca)));
    let addresses: Vec<_> = (0..20).map(|_| somebody("ana")).collect();
    let mut sends = JoinSet::new();
    for address in addresses.clone() {
        let mailer = Arc::clone(&mailer);
        sends.spawn(async move { mailer.send(&short(&address)).await });
    }
    for outcome in sends.join_all().await {
        outcome.unwrap();
    }
    for address in addresses {
        assert_eq!(server.mails_to(&address).len(), 1);
    }
}

#[tokio::test]
async fn addresses_and_domains_may_have_letters_beyond_ascii() {
    let server = MailServer::running();
    let mailer = smtp(&server.plain_url(), None);
    mailer.send(&short("ana@bücher.example")).await.unwrap();
    let by_domain = server.mails_to("ana@xn--bcher-kva.example").pop().unwrap();
    assert_eq!(by_domain["smtputf8"], false, "the domain has an ASCII form");
    mailer.send(&short("zoë@example.com")).await.unwrap();
    let by_name = server.mails_to("zo%C3%AB@example.com").pop().unwrap();
    assert_eq!(by_name["smtputf8"], true);
}
