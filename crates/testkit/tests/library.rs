//! The engine within an application: from the builder to the end of the process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use horizon_auth::commands::{LoginCommand, RegisterCommand};
use horizon_auth::types::{Client, Email, Password, TenantId};
use horizon_auth::{
    Algorithm, Auth, Builder, Clock as _, Code, CurrentTenant, MailError, Mailer, OutgoingMail, SigningKey,
    StartError, fresh_sealing_key,
};
use horizon_auth_testkit::{Database, Exposition, FixedClock, Kind};
use http_body_util::BodyExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tower::ServiceExt as _;

const ANA: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery staple";

fn in_folder(folder: &Path) -> Builder {
    let database = format!("sqlite:{}", folder.join("app.db").display());
    Auth::builder().database(&database).set("hashing.preset", "lean")
}

fn client(auth: &Auth) -> Client {
    Client::new([192, 0, 2, 1].into(), None, auth.fresh_request_id().unwrap())
}

async fn register(auth: &Auth) -> Result<(), Code> {
    let cmd = RegisterCommand {
        tenant: auth.policy().default_tenant.clone(),
        email: Email::parse(ANA).unwrap(),
        password: Password::new(PASSWORD).unwrap(),
        full_name: None,
        locale: None,
        client: client(auth),
    };
    auth.register(cmd).await.map(drop).map_err(|error| error.code())
}

async fn log_in(auth: &Auth) -> Result<String, Code> {
    let cmd = LoginCommand {
        tenant: auth.policy().default_tenant.clone(),
        email: Email::parse(ANA).unwrap(),
        password: Password::new(PASSWORD).unwrap(),
        client: client(auth),
    };
    let login = auth.login(cmd).await;
    login
        .map(|login| login.access_token)
        .map_err(|error| error.code())
}

#[tokio::test]
async fn a_database_is_all_that_development_needs_and_accounts_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let auth = in_folder(folder.path()).start().await.unwrap();
    register(&auth).await.unwrap();
    auth.shutdown().await;
    auth.shutdown().await;

    let again = in_folder(folder.path()).start().await.unwrap();
    assert!(log_in(&again).await.is_ok());
    assert!(folder.path().join("app.db.signing-key.pem").exists());
    again.shutdown().await;
    assert_eq!(
        again.heal().await.map_err(|error| error.code()),
        Err(Code::Unavailable),
        "whoever was shut down accepts nothing"
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_with_its_fix() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = in_folder(folder.path())
        .set("http.profil", "session")
        .set("jwt.access_token_ttl", "15")
        .set("session.max_per_user", 0);

    let said = wrong.start().await.unwrap_err().to_string();

    for part in ["http.profile", "jwt.access_token_ttl", "session.max_per_user"] {
        assert!(said.contains(part), "{part} in:\n{said}");
    }
    assert!(
        !folder.path().join("app.db").exists(),
        "a refusal leaves nothing behind"
    );
}

#[tokio::test]
async fn contradictions_between_calls_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let twice = in_folder(folder.path()).set("database.url", "sqlite:other.db");
    assert!(matches!(
        twice.start().await,
        Err(StartError::Setting(path)) if path == "database.url"
    ));
    assert!(matches!(
        Auth::builder().start().await,
        Err(StartError::Builder(_))
    ));
}

#[tokio::test]
async fn an_origin_that_is_not_on_this_machine_is_production_and_needs_what_production_needs() {
    let folder = tempfile::tempdir().unwrap();
    let builder = in_folder(folder.path()).public_url("https://app.example.com");

    let said = builder.start().await.unwrap_err().to_string();

    assert!(
        said.contains("mail.transport is missing, which production does not allow"),
        "{said}"
    );
    assert!(!folder.path().join("app.db.signing-key.pem").exists());
}

#[tokio::test]
async fn a_second_process_on_one_database_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = in_folder(folder.path()).start().await.unwrap();

    assert!(matches!(
        in_folder(folder.path()).start().await,
        Err(StartError::Claim(_))
    ));
    register(&first).await.unwrap();

    first.shutdown().await;
    let second = in_folder(folder.path()).start().await.unwrap();
    assert!(log_in(&second).await.is_ok());
    second.shutdown().await;
}

#[tokio::test]
async fn a_pool_of_sqlite_is_shared_and_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("own.db"))
        .create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
        .execute(&pool)
        .await
        .unwrap();

    let auth = Auth::builder()
        .pool(pool.clone())
        .set("hashing.preset", "lean")
        .start()
        .await
        .unwrap();
    register(&auth).await.unwrap();
    auth.shutdown().await;

    let (users,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM users")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(users, 1);
}

#[tokio::test]
async fn a_pool_of_postgres_is_shared_and_stays_open() {
    let database = Database::empty(Kind::Postgres).await;
    let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.pem");
    let made = SigningKey::generate(Algorithm::Es256).unwrap();
    std::fs::write(&key, made.private_pem.as_bytes()).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();

    let auth = Auth::builder()
        .pool(pool.clone())
        .set("hashing.preset", "lean")
        .set("jwt.private_key_file", key.to_str().unwrap())
        .start()
        .await
        .unwrap();
    register(&auth).await.unwrap();
    auth.shutdown().await;

    let (users,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM users")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(users, 1);
}

#[tokio::test]
async fn an_application_may_bring_its_own_sealing_key() {
    let folder = tempfile::tempdir().unwrap();
    let sealing = folder.path().join("own.sealing");
    std::fs::write(&sealing, fresh_sealing_key().unwrap()).unwrap();
    std::fs::set_permissions(&sealing, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();

    let auth = in_folder(folder.path())
        .set("jwt.sealing_key_file", sealing.to_str().unwrap())
        .start()
        .await
        .unwrap();
    register(&auth).await.unwrap();
    auth.shutdown().await;
    assert!(folder.path().join("app.db.signing-key.pem").exists());
    assert!(!folder.path().join("app.db.sealing-key").exists());
}

async fn whose(tenant: CurrentTenant) -> String {
    tenant.to_string()
}

#[tokio::test]
async fn a_request_names_its_tenant_as_the_application_likes() {
    let folder = tempfile::tempdir().unwrap();
    let auth = in_folder(folder.path())
        .tenant(|parts| parts.uri.query()?.strip_prefix("shop=").map(str::to_owned))
        .start()
        .await
        .unwrap();
    let acme = TenantId::parse("acme").unwrap();
    assert!(auth.create_tenant(&acme, &client(&auth)).await.unwrap());
    register(&auth).await.unwrap();
    let token = log_in(&auth).await.unwrap();
    let app = auth
        .protect(Router::new().route("/mine", get(whose)))
        .public(Router::new().route("/", get(whose)))
        .with_state(auth.clone());

    let ask = async |path: &str| {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let answer = app.clone().oneshot(request.body(Body::empty()).unwrap());
        let (parts, body) = answer.await.unwrap().into_parts();
        let text = body.collect().await.unwrap().to_bytes();
        (parts.status.as_u16(), String::from_utf8(text.to_vec()).unwrap())
    };

    assert_eq!(ask("/").await, (200, "default".to_owned()));
    assert_eq!(ask("/?shop=acme").await, (200, "acme".to_owned()));
    assert_eq!(ask("/?shop=nobody").await.0, 404);
    assert_eq!(ask("/?shop=No%20Name").await.0, 400);
    assert_eq!(ask("/mine").await, (200, "default".to_owned()));
    assert_eq!(ask("/mine?shop=acme").await.0, 403, "a token of another tenant");
    auth.shutdown().await;
}

/// Hands every mail on.
#[derive(Debug)]
struct Messenger(mpsc::UnboundedSender<OutgoingMail>);

#[async_trait::async_trait]
impl Mailer for Messenger {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        self.0
            .send(mail.clone())
            .map_err(|_| MailError::Temporary("nobody listens".into()))
    }
}

#[tokio::test]
async fn mailer_and_clock_are_the_applications_own() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, mut mails) = mpsc::unbounded_channel();
    let clock = Arc::new(FixedClock::default());
    let auth = in_folder(folder.path())
        .mailer(Arc::new(Messenger(sender)))
        .clock(clock.clone())
        .start()
        .await
        .unwrap();

    register(&auth).await.unwrap();
    let mail = timeout(Duration::from_secs(20), mails.recv()).await;

    assert_eq!(mail.unwrap().unwrap().to.written(), ANA);
    assert_eq!(auth.now(), clock.now());
    auth.shutdown().await;
}

#[tokio::test]
async fn each_engine_has_its_own_numbers_and_the_application_chooses_among_them() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let busy = in_folder(folders[0].path()).start().await.unwrap();
    let idle = in_folder(folders[1].path()).start().await.unwrap();
    register(&busy).await.unwrap();
    let app: Router = Router::new().nest("/auth-of-app", busy.router());
    let live = Request::get("/auth-of-app/health/live")
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.oneshot(live).await.unwrap().status(), 200);

    let of_busy = Exposition::parse(&busy.metrics().await.to_string());
    let of_idle = Exposition::parse(&idle.metrics().await.to_string());

    for (series, counts) in [
        (r#"auth_events_total{kind="registered"}"#, (1.0, 0.0)),
        (
            r#"http_requests_total{method="GET",route="/health/live",status_code="200"}"#,
            (1.0, 0.0),
        ),
        ("horizon_auth_hash_duration_seconds_count", (1.0, 0.0)),
        ("redis_sessions_active", (1.0, 0.0)),
    ] {
        assert_eq!((of_busy.value(series), of_idle.value(series)), counts, "{series}");
    }
    let fewer = busy
        .metrics()
        .await
        .without(|name| name.starts_with("http_"))
        .to_string();
    assert!(!fewer.contains("http_") && fewer.contains("auth_events_total"));
    busy.shutdown().await;
    idle.shutdown().await;
}
