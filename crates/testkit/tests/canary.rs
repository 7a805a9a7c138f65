//! Secrets that are followed through every flow and every failure: none of them turns up in a log
//! line of any level, an answer, a `Debug` print or a column of the database.

#[path = "canary/capture.rs"]
mod capture;
#[path = "canary/cookies.rs"]
mod cookies;
#[path = "canary/debug.rs"]
mod debug;

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::flows::SetPasswordCommand;
use horizon_auth_testkit::{Answer, Kind, Mood, Setup, TestApp, both_engines};
use serde_json::{Value, json};

use capture::Capture;

/// Everything that was let loose in one test, and everything that came back.
struct Hunt {
    app: TestApp,
    capture: &'static Capture,
    marker: String,
    secrets: Vec<String>,
    answers: Vec<Answer>,
}

impl Hunt {
    async fn start(setup: Setup) -> Self {
        let capture = Capture::start();
        Self {
            app: TestApp::new(setup.start().await),
            capture,
            marker: format!("canary{}", uuid::Uuid::now_v7().simple()),
            secrets: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// A secret that contains the marker.
    fn secret(&mut self, kind: &str) -> String {
        let secret = format!("{}-{kind}", self.marker);
        self.secrets.push(secret.clone());
        secret
    }

    fn email(&self, name: &str) -> String {
        format!("{name}.{}@example.com", self.marker)
    }

    /// Keeps an answer, and notes the tokens in it as secrets.
    fn keep(&mut self, answer: Answer) -> Answer {
        if let Some((_, token)) = answer.cookie().split_once('=')
            && !token.is_empty()
        {
            self.secrets.push(token.to_owned());
        }
        if let Ok(Value::Object(body)) = serde_json::from_str(&answer.text)
            && let Some(Value::String(token)) = body.get("accessToken")
        {
            self.secrets.push(token.clone());
            // A part of a token is not the token, but its signature alone has no business in a log.
            self.secrets.push(token.rsplit('.').next().unwrap().to_owned());
        }
        self.answers.push(answer.clone());
        answer
    }

    async fn post(&mut self, path: &str, body: Value) -> Answer {
        let answer = self.app.post(path, body).await;
        self.keep(answer)
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let answer = self.app.send(request.body(Body::from(body)).unwrap()).await;
        self.keep(answer)
    }

    async fn cookie(&mut self, method: Method, cookie: &str) -> Answer {
        let answer = self.app.cookie(method, "/auth/refresh", cookie).await;
        self.keep(answer)
    }

    async fn bearer(&mut self, method: Method, path: &str, token: &str) -> Answer {
        let answer = self.app.bearer(method, path, token).await;
        self.keep(answer)
    }

    async fn bearer_json(&mut self, method: Method, path: &str, token: &str, body: Value) -> Answer {
        let answer = self.app.bearer_json(method, path, token, body).await;
        self.keep(answer)
    }

    /// Looks everywhere.
    async fn finish(self) {
        let dump = self.app.engine.database.dump().await;
        assert!(dump.contains("audit_events: "), "the dump has rows");
        assert!(dump.contains(&self.marker), "the dump shows text columns");
        let log = self.capture.text();
        assert!(log.contains("sqlx::query"), "the log has lines of the driver");
        for secret in &self.secrets {
            assert_absent(secret, &log, "the log");
            assert_absent(secret, &dump, "the database");
            for answer in &self.answers {
                assert_absent(secret, &without_its_tokens(answer), "an answer");
            }
        }
        assert_absent("PRIVATE KEY", &log, "the log");
        assert_absent("PRIVATE KEY", &dump, "the database");
        // Addresses carry the marker too: in clear they are where mail needs them, and nowhere else.
        let homes = ["users: ", "outbox: ", "one_time_tokens: "];
        for line in dump
            .lines()
            .filter(|line| !homes.iter().any(|home| line.starts_with(home)))
        {
            assert!(!line.contains(&self.marker), "an address in clear: {line}");
        }
        let leak = log.lines().find(|line| line.contains(&self.marker));
        assert_eq!(leak, None, "an address or a secret was logged");
    }
}

/// The text is not there: as it is, in hex, or decoded from its own base64 and then in hex.
fn assert_absent(secret: &str, text: &str, place: &str) {
    use base64::Engine as _;
    let hex = |bytes: &[u8]| {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    };
    let mut forms = vec![
        secret.to_owned(),
        hex(secret.as_bytes()),
        hex(secret.as_bytes()).to_uppercase(),
    ];
    let encoded = secret
        .strip_prefix("hzr_")
        .or_else(|| secret.strip_prefix("hzs_"))
        .unwrap_or(secret);
    if let Ok(bytes) = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(encoded) {
        forms.push(hex(&bytes));
        forms.push(hex(&bytes).to_uppercase());
    }
    for form in forms {
        if let Some(at) = text.find(&form) {
            let from = text[..at].rfind('\n').map_or(0, |line| line + 1);
            let to = text[at..].find('\n').map_or(text.len(), |line| at + line);
            panic!("{secret:.12}… is in {place}: {:.600}", &text[from..to]);
        }
    }
}

/// Body and headers but for the two places where a token belongs.
fn without_its_tokens(answer: &Answer) -> String {
    let mut text = answer.text.clone();
    if let Ok(Value::Object(mut body)) = serde_json::from_str(&answer.text) {
        body.remove("accessToken");
        text = Value::Object(body).to_string();
    }
    for (name, value) in &answer.headers {
        if name != "set-cookie" {
            text.push_str(value.to_str().unwrap());
        }
    }
    text
}

both_engines! {
    no_secret_leaves_its_place_when_everything_goes_well => |kind: Kind| async move {
        let mut hunt = Hunt::start(Setup::new(kind)).await;
        let (email, password) = (hunt.email("ana"), hunt.secret("password"));
        let person = json!({ "email": email, "password": password, "fullName": "Ana" });
        let registered = hunt.post("/auth/register", person.clone()).await;
        assert_eq!(registered.status, 201);
        let logged_in = hunt.post("/auth/login", person.clone()).await;
        hunt.bearer(Method::GET, "/auth/profile", &logged_in.access_token()).await;
        let key = hunt.secret("idempotency");
        for _ in 0..2 {
            let again = Request::post("/auth/refresh")
                .header("cookie", logged_in.cookie())
                .header("idempotency-key", &key);
            assert_eq!(hunt.send(again, String::new()).await.status, 200);
        }
        hunt.cookie(Method::DELETE, &registered.cookie()).await;
        let third = hunt.post("/auth/login", person).await;
        hunt.bearer(Method::POST, "/auth/logout", &third.access_token()).await;

        let new = hunt.secret("new-password");
        let t = &hunt.app.engine;
        let claims = t.login_with(&email, &password).await.unwrap();
        let cmd = SetPasswordCommand {
            tenant: claims.user.tenant.clone(),
            user: claims.user.id,
            password: Password::new(&new).unwrap(),
            client: t.client(),
        };
        t.auth.set_password(cmd).await.unwrap();
        hunt.app.engine.auth.sweep().await.unwrap();
        hunt.finish().await;
    };

    no_secret_leaves_its_place_when_an_account_changes => |kind: Kind| async move {
        let mut hunt = Hunt::start(Setup::new(kind)).await;
        let (email, password) = (hunt.email("ana"), hunt.secret("password"));
        let ana = hunt.post("/auth/register", json!({ "email": email, "password": password })).await;
        let wrong = hunt.secret("wrong-password");
        let new = hunt.secret("new-password");
        let token = ana.access_token();
        let change = "/auth/password/change";
        for (current, status) in [(&wrong, 403), (&password, 200)] {
            let body = json!({ "currentPassword": current, "newPassword": new });
            assert_eq!(hunt.bearer_json(Method::POST, change, &token, body).await.status, status);
        }
        let person = json!({ "email": email, "password": new });
        let token = hunt.post("/auth/login", person.clone()).await.access_token();
        let body = json!({ "locale": "de" });
        hunt.bearer_json(Method::PATCH, "/auth/profile", &token, body).await;
        let other = hunt.email("anna");
        let body = json!({ "currentPassword": new, "newEmail": other });
        assert_eq!(hunt.bearer_json(Method::POST, "/auth/email/change", &token, body).await.status, 200);
        let link = hunt.app.engine.mailed_token(&other, MailKind::ConfirmEmailChange).await;
        hunt.secrets.push(link.clone());
        // Pages carry the token of their own link, so they are not kept.
        hunt.app.open(&format!("/confirm-email?token={link}")).await;
        let bent = hunt.secret("bent-link");
        for token in [&bent, &link, &link] {
            hunt.post("/auth/email/change/confirm", json!({ "token": token })).await;
        }
        let person = json!({ "email": other, "password": new });
        let token = hunt.post("/auth/login", person.clone()).await.access_token();
        let off = "/auth/account/deactivate";
        let body = json!({ "currentPassword": new });
        assert_eq!(hunt.bearer_json(Method::POST, off, &token, body.clone()).await.status, 200);
        let token = hunt.post("/auth/account/reactivate", person).await.access_token();
        assert_eq!(hunt.bearer(Method::GET, "/auth/account/export", &token).await.status, 200);
        let refused = json!({ "currentPassword": wrong });
        assert_eq!(hunt.bearer_json(Method::DELETE, "/auth/account", &token, refused).await.status, 403);
        assert_eq!(hunt.bearer_json(Method::DELETE, "/auth/account", &token, body).await.status, 204);
        hunt.finish().await;
    };

    no_secret_leaves_its_place_when_requests_are_refused => |kind: Kind| async move {
        let mut hunt = Hunt::start(Setup::new(kind)).await;
        let (email, password) = (hunt.email("ana"), hunt.secret("password"));
        let ana = hunt.post("/auth/register", json!({ "email": email, "password": password })).await;
        // Known address, wrong password, unknown address, address and password mixed up.
        hunt.post("/auth/register", json!({ "email": email, "password": password })).await;
        let wrong = hunt.secret("wrong-password");
        hunt.post("/auth/login", json!({ "email": email, "password": wrong })).await;
        let nobody = hunt.email("nobody");
        hunt.post("/auth/login", json!({ "email": nobody, "password": wrong })).await;
        hunt.post("/auth/login", json!({ "email": wrong, "password": email })).await;
        let long = format!("{}{}", hunt.secret("long"), "x".repeat(2_000));
        hunt.post("/auth/login", json!({ "email": email, "password": long })).await;
        hunt.post("/auth/register", json!({ "email": long, "password": [long], "fullName": { "a": long } })).await;

        for body in [
            format!(r#"{{"password":"{}"#, hunt.secret("cut")),
            format!(r#"{{"{}":NaN}}"#, hunt.secret("field")),
            format!(r#""{}""#, hunt.secret("text")),
            format!(r#"{{"a":"{0}","a":"{0}"}}"#, hunt.secret("twice")),
        ] {
            let request = Request::post("/auth/login").header("content-type", "application/json");
            hunt.send(request, body).await;
        }
        let plain = hunt.secret("plain");
        hunt.send(Request::post("/auth/login").header("content-type", &plain), plain.clone()).await;

        for scheme in ["Bearer", "Basic", ""] {
            let garbage = format!("{scheme} {}", hunt.secret("authorization"));
            hunt.send(Request::get("/auth/profile").header("authorization", garbage), String::new()).await;
        }
        let bent = format!("{}{}", ana.access_token(), hunt.secret("bent"));
        hunt.bearer(Method::GET, "/auth/profile", &bent).await;
        let cookie = hunt.secret("cookie");
        hunt.cookie(Method::POST, &format!("refresh_token={cookie}; {cookie}={cookie}")).await;
        hunt.cookie(Method::DELETE, &format!("refresh_token={cookie}")).await;
        hunt.cookie(Method::POST, &format!("refresh_token={}", ana.access_token())).await;
        let key = format!("{} with a blank", hunt.secret("idempotency"));
        let request = Request::post("/auth/refresh").header("idempotency-key", key).header("cookie", ana.cookie());
        hunt.send(request, String::new()).await;
        let (id, origin, query) = (hunt.secret("request-id"), hunt.secret("origin"), hunt.secret("query"));
        let request = Request::post(format!("/auth/refresh?token={query}"))
            .header("x-request-id", id)
            .header("origin", origin);
        hunt.send(request, String::new()).await;
        hunt.finish().await;
    };

    no_secret_of_a_mail_leaves_its_place => |kind: Kind| async move {
        let mut hunt = Hunt::start(Setup::new(kind)).await;
        let (email, password) = (hunt.email("ana"), hunt.secret("password"));
        hunt.post("/auth/register", json!({ "email": email, "password": password })).await;
        let verification = hunt.app.engine.mailed_token(&email, MailKind::VerifyEmail).await;
        let reset = hunt.app.engine.reset_token(&email).await;
        hunt.secrets.extend([verification.clone(), reset.clone()]);
        for token in [&verification, &reset] {
            // The half that carries the strength has no business anywhere either.
            hunt.secrets.push(token.split_once('.').unwrap().1.to_owned());
        }
        let unknown = hunt.email("nobody");
        for path in ["/auth/verify-email/resend", "/auth/password-reset/request"] {
            for email in [&email, &unknown] {
                assert_eq!(hunt.post(path, json!({ "email": email })).await.status, 200);
            }
        }
        // The token in wrong places, with a weak password, for the wrong purpose, and cut short.
        let new = hunt.secret("new-password");
        for (path, token) in [
            ("/auth/verify-email", &reset),
            ("/auth/password-reset/complete", &verification),
            ("/auth/password-reset/complete", &reset[1..].to_owned()),
        ] {
            hunt.post(&format!("{path}?token={token}"), json!({})).await;
            hunt.post(path, json!({ "token": [token], "newPassword": new })).await;
            hunt.post(path, json!({ "token": token, "newPassword": "short" })).await;
            let refused = hunt.post(path, json!({ "token": token, "newPassword": new })).await;
            assert_eq!(refused.code(), "link_invalid");
            let page = path.strip_prefix("/auth").unwrap().replace("password-reset/complete", "reset-password");
            let dead = hunt.app.form(&page, &format!("token={token}&newPassword={new}")).await;
            assert_eq!(hunt.keep(dead).status, 400);
        }
        // This page holds the token in its form; that it was asked for must not be noted anywhere.
        assert_eq!(hunt.app.open(&format!("/verify-email?token={verification}")).await.status, 200);
        let done = hunt.app.form("/verify-email", &format!("token={verification}")).await;
        assert_eq!(hunt.keep(done).status, 200);
        let reset = hunt.app.engine.reset_token(&email).await;
        hunt.secrets.push(reset.clone());
        let done = hunt.post("/auth/password-reset/complete", json!({ "token": reset, "newPassword": new })).await;
        assert_eq!(done.status, 200);
        hunt.app.engine.deliver_all().await;
        hunt.app.engine.mailbox.set_mood(Mood::Closed);
        hunt.app.engine.request_reset(&email).await.unwrap();
        hunt.app.engine.deliver_all().await;
        hunt.finish().await;
    };

    no_secret_leaves_its_place_when_a_token_is_stolen => |kind: Kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.refresh_grace = Duration::from_secs(10));
        let mut hunt = Hunt::start(setup).await;
        let person = json!({ "email": hunt.email("ana"), "password": hunt.secret("password") });
        let first = hunt.post("/auth/register", person).await;
        let second = hunt.cookie(Method::POST, &first.cookie()).await;
        hunt.cookie(Method::POST, &first.cookie()).await;
        hunt.app.engine.clock.advance(Duration::from_secs(60));
        let reused = hunt.cookie(Method::POST, &first.cookie()).await;
        assert_eq!(reused.code(), "refresh_reused");
        hunt.cookie(Method::POST, &second.cookie()).await;
        hunt.bearer(Method::GET, "/auth/profile", &second.access_token()).await;
        hunt.finish().await;
    };

    no_secret_leaves_its_place_when_we_fail => |kind: Kind| async move {
        let mut hunt = Hunt::start(Setup::new(kind)).await;
        let person = json!({ "email": hunt.email("ana"), "password": hunt.secret("password") });
        let ana = hunt.post("/auth/register", person.clone()).await;
        hunt.app.engine.database.execute("UPDATE user_roles SET role = 'Not A Role'").await;
        assert_eq!(hunt.bearer(Method::GET, "/auth/profile", &ana.access_token()).await.status, 500);
        assert_eq!(hunt.post("/auth/login", person.clone()).await.status, 500);
        hunt.app.engine.database.execute("DROP TABLE refresh_tokens").await;
        assert_eq!(hunt.post("/auth/login", person.clone()).await.status, 503);
        assert_eq!(hunt.cookie(Method::POST, &ana.cookie()).await.status, 503);
        assert_eq!(hunt.cookie(Method::DELETE, &ana.cookie()).await.status, 503);
        let mut other = person;
        other["email"] = hunt.email("ben").into();
        assert_eq!(hunt.post("/auth/register", other).await.status, 503);
        hunt.finish().await;
    };
}
