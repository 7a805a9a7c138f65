//! From a request to a mailbox: the engine as configured, its router, its worker, and a real mail server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use horizon_auth::config::Config;
use horizon_auth::{Engine, Http, MailError, Mailer, OpenError, OutgoingMail, Worker, router};
use horizon_auth_core::crypto::keyring::SigningKey;
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_testkit::{Database, Kind, MailServer, both_engines, mail_header};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt as _;

use crate::support::somebody;

pub(super) fn config(database: &Database, mail: &str) -> Config {
    let key = SigningKey::generate(Algorithm::Es256).unwrap().private_pem;
    let text = format!(
        "public_url = \"https://auth.example.com\"\n[database]\nurl = \"{}\"\n\
         [hashing]\npreset = \"lean\"\n[jwt]\nprivate_key = \"\"\"\n{}\"\"\"\n[mail]\n{mail}\n",
        database.url, *key
    );
    Config::from_toml(&text).unwrap()
}

pub(super) fn smtp(server: &MailServer) -> String {
    format!(
        "transport = \"smtp\"\nsmtp_url = \"{}\"\nsmtp_ca_file = \"{}\"\nfrom = \"auth@example.com\"\n\
         product = \"Example\"",
        server.starttls_url(),
        server.ca.display()
    )
}

async fn register(engine: &Engine, config: &Config, email: &str, language: &str) -> u16 {
    engine.auth().prepare().await.unwrap();
    let body = json!({ "email": email, "password": "correct horse battery staple", "fullName": "Ana" });
    let request = Request::post("/auth/register")
        .header("content-type", "application/json")
        .header("accept-language", language)
        .body(Body::from(body.to_string()))
        .unwrap();
    let http = Http::new(engine.auth().clone(), config.http.clone());
    router(http).oneshot(request).await.unwrap().status().as_u16()
}

/// The token of the link in a body.
fn token(body: &Value) -> String {
    let body = body.as_str().unwrap().replace("&#x2f;", "/");
    let begins = "https://auth.example.com/verify-email?token=";
    let (_, rest) = body
        .split_once(begins)
        .unwrap_or_else(|| panic!("no link in {body}"));
    rest.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .collect()
}

both_engines! {
    a_registration_brings_a_mail_with_a_token => |kind| async move {
        let (server, database) = (MailServer::running(), Database::fresh(kind).await);
        let config = config(&database, &smtp(&server));
        let engine = Engine::open(&config).unwrap();
        let worker = Worker::start(engine.auth().clone());

        let ana = somebody("ana");
        assert_eq!(register(&engine, &config, &ana, "de-AT,de;q=0.9").await, 201);

        let mail = server.first_mail_to(&ana).await;
        worker.stop().await;
        assert_eq!(mail_header(&mail, "Subject"), ["Bestätigen Sie Ihre E-Mail-Adresse"]);
        assert!(mail_header(&mail, "Message-ID")[0].ends_with("@auth.example.com>"));
        assert_eq!((&mail["tls"], &mail["login"]), (&true.into(), &"horizon".into()));
        let token = token(&mail["text"]);
        let (visible, secret) = token.split_once('.').unwrap();
        assert_eq!((visible.len(), secret.len()), (36, 43), "a UUID and 256 bits: {token}");
        assert_eq!(self::token(&mail["html"]), token);
        assert!(!database.dump().await.contains(&token), "only its digest is stored");
        assert_eq!(database.number("SELECT COUNT(*) FROM one_time_tokens").await, 1);
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox WHERE sent_at IS NOT NULL").await, 1);
        engine.close().await;
    };

    a_stopped_worker_gives_up_a_mail_that_hangs => |kind| async move {
        let database = Database::fresh(kind).await;
        let config = config(&database, "transport = \"custom\"\ntimeout = \"60s\"\nfrom = \"auth@example.com\"");
        let hole = Arc::new(Hole::default());
        let engine = Engine::open_with_mailer(&config, Arc::clone(&hole) as Arc<_>).unwrap();
        let worker = Worker::start(engine.auth().clone());
        assert_eq!(register(&engine, &config, "ana@example.com", "en").await, 201);
        hole.reached.notified().await;

        let began = Instant::now();
        worker.stop().await;

        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        let waiting = "SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL AND attempts = 1";
        assert_eq!(database.number(waiting).await, 1, "it is sent again when its lease is over");
        engine.close().await;
    };
}

/// Takes mails and never says what became of them.
#[derive(Debug, Default)]
struct Hole {
    reached: Notify,
}

#[async_trait::async_trait]
impl Mailer for Hole {
    async fn send(&self, _mail: &OutgoingMail) -> Result<(), MailError> {
        self.reached.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_way_out_that_cannot_be_used_is_named_at_start() {
    let database = Database::fresh(Kind::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("en")).unwrap();
    std::fs::write(folder.path().join("en/layout.txt"), "{{ nonsense }}").unwrap();
    let not_pem = folder.path().join("en/layout.txt");
    let from = "from = \"auth@example.com\"";
    let cases = [
        (
            format!("transport = \"custom\"\n{from}"),
            "mail.transport: is \"custom\", so the application must",
        ),
        (
            format!(
                "transport = \"smtp\"\nsmtp_url = \"smtps://u:s3cret@h\"\nsmtp_ca_file = \"{}\"\n{from}",
                not_pem.display()
            ),
            "mail.smtp_ca_file: ",
        ),
        (
            format!("templates = \"{}\"", folder.path().display()),
            "mail.templates: en/layout.txt, line 1",
        ),
    ];
    for (mail, says) in cases {
        let error = match Engine::open(&config(&database, &mail)) {
            Err(error @ OpenError::Mail(_)) => error.to_string(),
            other => panic!("{mail}: {other:?}"),
        };
        assert!(error.starts_with(says), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}
