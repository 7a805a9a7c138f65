//! The whole life of an account as a person lives it: requests, mails from a real server, and their links.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth::config::Config;
use horizon_auth::{Engine, Http, Worker, router};
use horizon_auth_testkit::{Database, MailServer, both_engines, mail_header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::engine::{config, smtp};
use crate::support::somebody;

const PASSWORD: &str = "correct horse battery staple";
const BETTER: &str = "a wholly different password";

/// An engine with its worker, and the mail server.
struct Stage {
    router: Router,
    server: MailServer,
    engine: Engine,
    worker: Worker,
}

impl Stage {
    async fn set(database: &Database, more: &str) -> Self {
        let server = MailServer::running();
        // Nobody is kept waiting, and passwords are checked as in production.
        let strict = "[rate_limit]\nlogin = \"off\"\nregister = \"off\"\nmail = \"off\"\n[password]\nblocklist = \"common\"";
        let config: Config = config(database, &format!("{}\n{strict}\n{more}", smtp(&server)));
        let engine = Engine::open(&config).unwrap();
        engine.auth().prepare().await.unwrap();
        let router = router(Http::new(engine.auth().clone(), config.http.clone()));
        let worker = Worker::start(engine.auth().clone());
        Self {
            router,
            server,
            engine,
            worker,
        }
    }

    async fn call(&self, method: Method, path: &str, token: &str, body: Value) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.to_string()));
        let answer = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, "", body).await
    }

    /// The access token of somebody who logs in.
    async fn login(&self, email: &str, password: &str) -> Option<String> {
        let body = json!({ "email": email, "password": password });
        let (_, answer) = self.post("/auth/login", body).await;
        answer["accessToken"].as_str().map(str::to_owned)
    }

    /// Waits for mail `number` to an address, and checks what it is about.
    async fn mail(&self, email: &str, number: usize, subject: &str) -> Value {
        let mut mails = self.server.wait_for(email, number).await;
        assert_eq!(mails.len(), number);
        let mail = mails.swap_remove(number - 1);
        assert_eq!(mail_header(&mail, "Subject"), [subject]);
        mail
    }

    async fn end(self) {
        self.worker.stop().await;
        self.engine.close().await;
    }
}

/// The token of the link that a mail has to a page.
fn token(mail: &Value, page: &str) -> String {
    let text = mail["text"].as_str().unwrap();
    let begins = format!("https://auth.example.com{page}?token=");
    let (_, rest) = text
        .split_once(&begins)
        .unwrap_or_else(|| panic!("no link in {text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

both_engines! {
    an_account_lives_from_its_registration_to_its_end_by_mail => |kind| async move {
        let database = Database::fresh(kind).await;
        let stage = Stage::set(&database, "").await;
        let (ana, moved) = (somebody("ana"), somebody("moved"));

        // Registered, asked again, proved.
        let (status, _) = stage.post("/auth/register", json!({ "email": ana, "password": PASSWORD })).await;
        assert_eq!(status, 201);
        stage.mail(&ana, 1, "Verify Your Email Address").await;
        assert_eq!(stage.post("/auth/verify-email/resend", json!({ "email": ana })).await.0, 200);
        let link = token(&stage.mail(&ana, 2, "Verify Your Email Address").await, "/verify-email");
        assert_eq!(stage.post("/auth/verify-email", json!({ "token": link })).await.0, 200);

        // Forgotten and reset.
        assert_eq!(stage.post("/auth/password-reset/request", json!({ "email": ana })).await.0, 200);
        let link = token(&stage.mail(&ana, 3, "Password Reset Request").await, "/reset-password");
        let weak = json!({ "token": link, "newPassword": "password" });
        assert_eq!(stage.post("/auth/password-reset/complete", weak).await.0, 400);
        let complete = json!({ "token": link, "newPassword": BETTER });
        assert_eq!(stage.post("/auth/password-reset/complete", complete.clone()).await.0, 200);
        assert_eq!(stage.post("/auth/password-reset/complete", complete).await.0, 400);
        stage.mail(&ana, 4, "Your Password Was Changed").await;
        assert_eq!(stage.login(&ana, PASSWORD).await, None);

        // Changed by the owner.
        let access = stage.login(&ana, BETTER).await.unwrap();
        let change = json!({ "currentPassword": BETTER, "newPassword": PASSWORD });
        let (status, answer) = stage.call(Method::POST, "/auth/password/change", &access, change).await;
        assert_eq!(status, 200, "{answer}");
        stage.mail(&ana, 5, "Your Password Was Changed").await;
        let access = answer["accessToken"].as_str().unwrap().to_owned();

        // Moved to another address.
        let change = json!({ "currentPassword": PASSWORD, "newEmail": moved });
        assert_eq!(stage.call(Method::POST, "/auth/email/change", &access, change).await.0, 200);
        let link = token(&stage.mail(&moved, 1, "Confirm Your New Email Address").await, "/confirm-email");
        stage.mail(&ana, 6, "A New Email Address Was Requested").await;
        assert_eq!(stage.post("/auth/email/change/confirm", json!({ "token": link })).await.0, 200);
        stage.mail(&ana, 7, "Your Email Address Was Changed").await;
        assert_eq!(stage.login(&ana, PASSWORD).await, None);

        // Switched off and on.
        let access = stage.login(&moved, PASSWORD).await.unwrap();
        let password = json!({ "currentPassword": PASSWORD });
        assert_eq!(stage.call(Method::POST, "/auth/account/deactivate", &access, password.clone()).await.0, 200);
        assert_eq!(stage.login(&moved, PASSWORD).await, None);
        let back = json!({ "email": moved, "password": PASSWORD });
        let (status, answer) = stage.post("/auth/account/reactivate", back).await;
        assert_eq!(status, 200, "{answer}");
        let access = answer["accessToken"].as_str().unwrap().to_owned();

        // Copied and gone.
        let (status, copy) = stage.call(Method::GET, "/auth/account/export", &access, Value::Null).await;
        assert_eq!((status, &copy["user"]["email"]), (200, &json!(moved)));
        assert_eq!(stage.call(Method::DELETE, "/auth/account", &access, password).await.0, 204);
        stage.mail(&moved, 2, "Your Account Was Deleted").await;
        assert_eq!(stage.login(&moved, PASSWORD).await, None);
        assert_eq!(database.number("SELECT COUNT(*) FROM users").await, 0);
        stage.end().await;
    };

    an_owner_hears_of_a_second_registration_and_nobody_else_does => |kind| async move {
        let database = Database::fresh(kind).await;
        let stage = Stage::set(&database, "[registration]\nenumeration = \"private\"").await;
        let ana = somebody("ana");
        for _ in 0..2 {
            let (status, _) = stage.post("/auth/register", json!({ "email": ana, "password": PASSWORD })).await;
            assert_eq!(status, 202);
        }
        stage.server.wait_for(&ana, 2).await;
        let subjects: Vec<_> =
            stage.server.mails_to(&ana).iter().flat_map(|mail| mail_header(mail, "Subject")).collect();
        assert!(subjects.contains(&"You Already Have an Account".to_owned()), "{subjects:?}");
        stage.end().await;
    };
}
