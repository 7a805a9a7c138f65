//! A real backup, what happened after it, a restore, and `horizon-auth restored`: nothing from before lives.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use horizon_auth_testkit::{Database, Kind, RedisServer};

use crate::support::{Installation, Reply, Running, run, stderr, stdout};

const SETTINGS: &str = "http.profile = \"both\"\ntenant.source = \"header\"\nmail.transport = \"none\"\n";
const LIMITS: &str =
    "[rate_limit]\nlogin = \"off\"\nlogin_account = \"off\"\nregister = \"off\"\nrefresh = \"off\"\n";

fn body(name: &str, password: &str) -> String {
    format!(r#"{{"email":"{name}@example.com","password":"{password}"}}"#)
}

const FIRST: &str = "correct horse battery";
const LATER: &str = "wholly different words";

/// What somebody has kept: tokens with their tenants, refresh cookies, session cookies.
#[derive(Default)]
struct Kept {
    access: Vec<(String, String)>,
    refresh: Vec<(String, String)>,
    cookies: Vec<String>,
}

impl Kept {
    /// The tokens of an answer.
    fn tokens(&mut self, tenant: &str, answer: &Reply) {
        assert_eq!(answer.status() / 100, 2, "{answer:?}");
        self.access.push((tenant.to_owned(), answer.access_token()));
        self.refresh.push((tenant.to_owned(), answer.cookie()));
    }

    /// The cookies of an answer.
    fn session(&mut self, answer: &Reply) {
        assert_eq!(answer.status() / 100, 2, "{answer:?}");
        let lines = answer
            .0
            .lines()
            .filter_map(|line| line.strip_prefix("set-cookie: "));
        let cookies: Vec<&str> = lines.filter_map(|line| line.split(';').next()).collect();
        self.cookies.push(cookies.join("; "));
    }

    /// The statuses of everything, each as it would be used.
    fn tried(&self, running: &Running) -> Vec<u16> {
        let access = self
            .access
            .iter()
            .map(|(tenant, token)| profile(running, tenant, token));
        let refresh = self.refresh.iter().map(|(tenant, cookie)| {
            let headers = format!("x-tenant-id: {tenant}\r\ncookie: {cookie}\r\n");
            running.post("/auth/refresh", &headers, "").status()
        });
        let cookies = self.cookies.iter().map(|cookie| {
            let headers = format!("cookie: {cookie}\r\n");
            running.get("/session/auth/me", &headers).status()
        });
        access.chain(refresh).chain(cookies).collect()
    }
}

fn profile(running: &Running, tenant: &str, token: &str) -> u16 {
    let headers = format!("x-tenant-id: {tenant}\r\nauthorization: Bearer {token}\r\n");
    running.get("/auth/profile", &headers).status()
}

/// A copy of a database that people go on to use.
enum Backup {
    Sqlite {
        database: PathBuf,
        copy: PathBuf,
    },
    Postgres {
        server: String,
        schema: String,
        dump: PathBuf,
    },
}

impl Backup {
    /// As docs/guide/backup.md says, while the server runs.
    async fn take(database: &Database, installation: &Installation) -> Self {
        match database.kind {
            Kind::Sqlite => {
                let copy = installation.path().join("backup.db");
                let statement = format!("VACUUM INTO '{}'", copy.display());
                database.execute(statement.leak()).await;
                let database = PathBuf::from(database.url.strip_prefix("sqlite:").unwrap());
                Self::Sqlite { database, copy }
            }
            Kind::Postgres => {
                let (server, _) = database.url.split_once("?options").unwrap();
                let schema = database.texts("SELECT current_schema()::text").await.remove(0);
                let dump = installation.path().join("backup.sql");
                let file = format!("--file={}", dump.display());
                tool("pg_dump", &[server, "--schema", &schema, &file]);
                let server = server.to_owned();
                Self::Postgres { server, schema, dump }
            }
        }
    }

    fn restore(&self) {
        match self {
            Self::Sqlite { database, copy } => {
                for more in ["-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{more}", database.display())); // gone is fine
                }
                std::fs::copy(copy, database).unwrap();
            }
            Self::Postgres { server, schema, dump } => {
                let quietly = ["--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"];
                let drop = format!("SET client_min_messages = warning; DROP SCHEMA {schema} CASCADE");
                tool(
                    "psql",
                    &[&[server.as_str()], &quietly[..], &["--command", &drop]].concat(),
                );
                let dump = dump.to_str().unwrap();
                tool(
                    "psql",
                    &[&[server.as_str()], &quietly[..], &["--file", dump]].concat(),
                );
            }
        }
    }
}

fn tool(name: &str, arguments: &[&str]) {
    let done = Command::new(name).args(arguments).stdin(Stdio::null()).output();
    let done = done.unwrap_or_else(|error| panic!("{name} of the PostgreSQL client is needed: {error}"));
    assert!(done.status.success(), "{name}: {}", stderr(&done));
}

fn stop(mut running: Running) {
    running.terminate();
    assert!(running.wait().success());
}

/// The whole way. `more`: sections of the configuration.
async fn nothing_lives_on(kind: Kind, seals: bool, more: &str) {
    let database = Database::fresh(kind).await;
    let sections = format!("{SETTINGS}{LIMITS}{more}");
    let mut installation = Installation::on(&database.url, &sections);
    if seals {
        installation = with_sealing_key(installation);
    }
    let running = installation.serve();
    let mut kept = Kept::default();
    kept.tokens(
        "default",
        &running.post("/auth/register", "", &body("ana", FIRST)),
    );
    kept.session(&running.post("/session/auth/login", "", &body("ana", FIRST)));
    let asked = running.post(
        "/auth/password-reset/request",
        "",
        r#"{"email":"ana@example.com"}"#,
    );
    assert_eq!(asked.status() / 100, 2, "{asked:?}");

    let backup = Backup::take(&database, &installation).await;

    // Traded, made, changed and ended after the backup.
    let cookie = format!("cookie: {}\r\n", kept.refresh[0].1);
    kept.tokens("default", &running.post("/auth/refresh", &cookie, ""));
    let bearer = format!("authorization: Bearer {}\r\n", kept.access[1].1);
    let change = format!(r#"{{"currentPassword":"{FIRST}","newPassword":"{LATER}"}}"#);
    let changed = running.post("/auth/password/change", &bearer, &change);
    assert_eq!(changed.status() / 100, 2, "{changed:?}");
    kept.tokens("default", &running.post("/auth/login", "", &body("ana", LATER)));
    kept.session(&running.post("/session/auth/login", "", &body("ana", LATER)));
    kept.tokens(
        "default",
        &running.post("/auth/register", "", &body("bob", FIRST)),
    );
    assert!(installation.run(&["tenants", "create", "late"]).status.success());
    kept.tokens(
        "late",
        &running.post("/auth/register", "x-tenant-id: late\r\n", &body("eve", FIRST)),
    );
    let bearer = format!("authorization: Bearer {}\r\n", kept.access[2].1);
    assert_eq!(running.post("/auth/logout", &bearer, "{}").status() / 100, 2);
    if seals {
        let rotated = installation.run(&["keys", "rotate"]);
        assert!(rotated.status.success(), "{}", stderr(&rotated));
    }
    let refused = installation.run(&["restored"]);
    assert!(
        stderr(&refused).contains("a server runs on this database"),
        "{}",
        stderr(&refused)
    );
    stop(running);

    backup.restore();

    // This is what the command is for.
    let careless = installation.serve();
    is_ready(&careless);
    let lives = |(tenant, token): &(String, String)| profile(&careless, tenant, token) == 200;
    let is_denied_by_redis = more.contains("per_request"); // it remembers that Ana has logged out
    assert!(
        is_denied_by_redis || kept.access.iter().any(lives),
        "the backup revives nothing: this test has lost its bite"
    );
    stop(careless);

    for round in ["first", "second"] {
        let settled = installation.run(&["restored"]);
        assert!(settled.status.success(), "{}", stderr(&settled));
        let said = stdout(&settled);
        let ended = if round == "first" {
            "ended 2 sessions, withdrew 0 links, gave up 2 mails "
        } else {
            "ended 0 sessions"
        };
        assert!(said.contains(ended), "{round}: {said}");
        assert_eq!(said.contains("the fresh key "), seals, "{said}");
    }

    let running = installation.serve();
    is_ready(&running);
    // The name comes back, and with it nobody.
    assert!(installation.run(&["tenants", "create", "late"]).status.success());
    let tried = kept.tried(&running);
    assert_eq!(tried, vec![401; 12], "{}", running.log());
    let mut again = Kept::default();
    again.tokens("default", &running.post("/auth/login", "", &body("ana", FIRST)));
    again.session(&running.post("/session/auth/login", "", &body("ana", FIRST)));
    assert_eq!(again.tried(&running), [200, 200, 200]);
    let told = "SELECT COUNT(*) FROM audit_events WHERE event = 'database_restored' AND user_agent = 'horizon-auth restored'";
    assert_eq!(database.number(told).await, 2);
}

/// What becomes of each table when a restore is settled. A new one has to be thought about: if rows of it let anybody
/// in, `Auth::settle_restore` must end them.
const TABLES: [(&str, &str); 15] = [
    ("_horizon_auth_migrations", "says what was applied"),
    ("audit_events", "what is lost is lost"),
    ("lives", "gets another one"),
    ("one_time_tokens", "are used up"),
    ("outbox", "what waits is given up"),
    ("outside_changes", "counts on; nobody serves meanwhile"),
    ("passwords", "are those of the backup; the command says so"),
    ("refresh_tokens", "end with their sessions"),
    ("revocations", "the new life denies more"),
    ("roles", "are those of the backup"),
    ("sessions", "end"),
    ("signing_keys", "are revoked"),
    ("tenants", "get a higher epoch"),
    ("user_roles", "are those of the backup; the command says so"),
    ("users", "get a higher epoch"),
];

#[tokio::test]
async fn every_table_was_thought_about() {
    let database = Database::fresh(Kind::Postgres).await;
    let found = database
        .texts("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename COLLATE \"C\"")
        .await;
    let known: Vec<&str> = TABLES.iter().map(|(table, _)| *table).collect();
    assert_eq!(found, known, "see TABLES above this test");
}

/// The first start with it adopts the configured key.
fn with_sealing_key(installation: Installation) -> Installation {
    let made = run(installation.path(), &["keys", "generate", "--sealing"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let file = installation.path().join("horizon-auth.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(
        &file,
        text.replace("[jwt]", "[jwt]\nsealing_key_file = \"jwt-sealing.key\""),
    )
    .unwrap();
    installation
}

fn is_ready(running: &Running) {
    let since = std::time::Instant::now();
    while running.get("/health/ready", "").status() != 200 {
        assert!(since.elapsed() < crate::support::PATIENCE, "{}", running.log());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_lives_on_after_a_restore_on_sqlite_with_keys_in_the_database() {
    nothing_lives_on(Kind::Sqlite, true, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_lives_on_after_a_restore_on_postgres_with_a_key_that_cannot_be_revoked() {
    nothing_lives_on(Kind::Postgres, false, "").await;
}

/// Redis remembers cut-offs that the backup does not: they must hit nobody who logs in again.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_lives_on_after_a_restore_beside_a_redis_that_remembers_more() {
    let redis = RedisServer::start();
    for mode in ["replicated", "per_request"] {
        let url = format!("redis://127.0.0.1:{}", redis.port);
        let more =
            format!("[redis]\nurl = \"{url}\"\nprefix = \"{mode}:\"\n[revocation]\nmode = \"{mode}\"\n");
        nothing_lives_on(Kind::Postgres, mode == "replicated", &more).await;
    }
}
