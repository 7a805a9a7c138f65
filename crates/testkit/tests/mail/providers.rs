//! Resend and `SendGrid`, on a stand-in that records requests: they have the documented shape.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use horizon_auth_adapters::mail::{ProviderConfig, ResendMailer, SendGridMailer};
use horizon_auth_core::domain::mail::{MailKind, Sender};
use horizon_auth_core::ports::mailer::{MailError, Mailer};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{SENDER, short, written};

const KEY: &str = "key_s3cret";

struct Request {
    path: String,
    headers: HeaderMap,
    body: Value,
}

/// Answers every request with one status and keeps what was asked.
#[derive(Clone)]
struct StandIn {
    status: StatusCode,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl StandIn {
    /// The stand-in and its origin.
    async fn answering(status: u16) -> (Self, String) {
        let this = Self {
            status: StatusCode::from_u16(status).unwrap(),
            requests: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(record).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (this, origin)
    }

    fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

async fn record(
    State(this): State<StandIn>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    let body = serde_json::from_slice(&body).unwrap();
    let path = uri.to_string();
    this.requests
        .lock()
        .unwrap()
        .push(Request { path, headers, body });
    // An answer that quotes what must not reach a log, and leads elsewhere.
    (
        this.status,
        [("location", "/elsewhere")],
        r#"{"message":"ana@example.com is blocked"}"#,
    )
}

fn config(origin: &str) -> ProviderConfig<'_> {
    ProviderConfig {
        api_key: KEY,
        api_url: Some(origin),
        from: Sender::parse(SENDER).unwrap(),
        timeout: Duration::from_secs(5),
    }
}

fn mailers(origin: &str) -> [Box<dyn Mailer>; 2] {
    [
        Box::new(ResendMailer::open(config(origin)).unwrap()),
        Box::new(SendGridMailer::open(config(origin)).unwrap()),
    ]
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request
        .headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn resend_gets_the_documented_request() {
    let (provider, origin) = StandIn::answering(200).await;
    let mail = written("ana@example.com", MailKind::VerifyEmail, "en", "Ana");

    ResendMailer::open(config(&origin))
        .unwrap()
        .send(&mail)
        .await
        .unwrap();

    let requests = provider.requests();
    let [request] = requests.as_slice() else {
        panic!("one request");
    };
    assert_eq!(request.path, "/emails");
    assert_eq!(header(request, "authorization"), format!("Bearer {KEY}"));
    assert_eq!(header(request, "content-type"), "application/json");
    assert_eq!(header(request, "user-agent"), "horizon-auth");
    let expected = json!({
        "from": "\"Example, \\\"Inc\" <auth@example.com>",
        "to": ["ana@example.com"],
        "subject": mail.words.subject.as_str(),
        "text": mail.words.text,
        "html": mail.words.html,
        "headers": { "Message-ID": format!("<{}>", mail.message_id), "Auto-Submitted": "auto-generated" },
    });
    assert_eq!(request.body, expected);
}

#[tokio::test]
async fn resend_is_told_which_requests_are_the_same() {
    let (provider, origin) = StandIn::answering(200).await;
    let mailer = ResendMailer::open(config(&origin)).unwrap();
    let mail = short("ana@example.com");
    let mut fresh_link = mail.clone();
    fresh_link
        .words
        .text
        .push_str("https://auth.example.com/verify-email?token=other");

    for mail in [&mail, &mail, &fresh_link, &short("ana@example.com")] {
        mailer.send(mail).await.unwrap();
    }

    let requests = provider.requests();
    let keys: Vec<_> = requests
        .iter()
        .map(|request| header(request, "idempotency-key"))
        .collect();
    assert!(keys[0].starts_with(&mail.id.to_string()) && keys[0].len() < 256);
    assert_eq!(keys[0], keys[1]);
    // Resend refuses a key that comes back with other content.
    assert_ne!(keys[0], keys[2]);
    assert_ne!(keys[0], keys[3]);
}

#[tokio::test]
async fn sendgrid_gets_the_documented_request() {
    let (provider, origin) = StandIn::answering(202).await;
    let mail = written("ana@example.com", MailKind::ResetPassword, "de", "Ana");

    SendGridMailer::open(config(&origin))
        .unwrap()
        .send(&mail)
        .await
        .unwrap();

    let requests = provider.requests();
    let [request] = requests.as_slice() else {
        panic!("one request");
    };
    assert_eq!(request.path, "/v3/mail/send");
    assert_eq!(header(request, "authorization"), format!("Bearer {KEY}"));
    assert_eq!(header(request, "content-type"), "application/json");
    let expected = json!({
        "personalizations": [{ "to": [{ "email": "ana@example.com" }] }],
        "from": { "email": "auth@example.com", "name": "Example, \"Inc" },
        "subject": mail.words.subject.as_str(),
        "content": [
            { "type": "text/plain", "value": mail.words.text },
            { "type": "text/html", "value": mail.words.html },
        ],
        "headers": { "Message-ID": format!("<{}>", mail.message_id), "Auto-Submitted": "auto-generated" },
        "tracking_settings": {
            "click_tracking": { "enable": false, "enable_text": false },
            "open_tracking": { "enable": false },
        },
    });
    assert_eq!(request.body, expected);
}

#[tokio::test]
async fn a_refusal_tells_its_status_and_nothing_else() {
    for (status, permanent) in [(422, true), (400, true), (401, false), (429, false), (503, false)] {
        let (_, origin) = StandIn::answering(status).await;
        for mailer in mailers(&origin) {
            let error = mailer.send(&short("ana@example.com")).await.unwrap_err();
            assert_eq!(
                matches!(error, MailError::Permanent(_)),
                permanent,
                "{status}: {error}"
            );
            let text = format!("{error} {error:?} {mailer:?}");
            assert!(text.contains(&status.to_string()));
            assert!(!text.contains("ana@") && !text.contains(KEY), "{text}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (provider, origin) = StandIn::answering(307).await;
    for mailer in mailers(&origin) {
        let error = mailer.send(&short("ana@example.com")).await.unwrap_err();
        assert!(matches!(error, MailError::Temporary(_)));
        assert_eq!(provider.requests().len(), 1, "nobody else gets the key");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_tried_again() {
    // Accepts connections and never says a word.
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", deaf.local_addr().unwrap());
    let mut hurried = config(&origin);
    hurried.timeout = Duration::from_millis(300);
    let error = ResendMailer::open(hurried)
        .unwrap()
        .send(&short("ana@example.com"))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, MailError::Temporary(text) if text.contains("in time")),
        "{error}"
    );
    drop(deaf);
    for mailer in mailers(&origin) {
        let error = mailer.send(&short("ana@example.com")).await.unwrap_err();
        assert!(
            matches!(&error, MailError::Temporary(text) if text.contains("no connection")),
            "{error}"
        );
    }
}

#[test]
fn a_key_that_cannot_stand_in_a_header_is_not_quoted() {
    let mut wrong = config("https://api.example.com");
    wrong.api_key = "s3cret\nX: y";
    let error = ResendMailer::open(wrong).unwrap_err().to_string();
    assert!(!error.contains("s3cret"), "{error}");
}
