//! `horizon-auth doctor` before real databases, Redis and mail servers, good ones and bad ones.

use std::process::Output;

use horizon_auth_testkit::{Database, Kind, MailServer, RedisServer, both_engines, free_port};
use serde_json::Value;

use crate::support::{ANA, Installation, program, run, stderr, stdout};

/// The installations listen on a port that the system chooses.
const LOCAL: &str = "public_url = \"http://localhost:3000\"\n";

/// What was said about one check; the first, if there are several.
fn about<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("nothing about {check}: {findings:#?}"))
}

fn state<'a>(findings: &'a [Value], check: &str) -> &'a str {
    about(findings, check)["state"].as_str().unwrap()
}

fn findings(output: &Output) -> Vec<Value> {
    let lines = stdout(output);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn examine(installation: &Installation) -> (Vec<Value>, Option<i32>) {
    let output = installation.run(&["doctor", "--json", "--quick"]);
    (findings(&output), output.status.code())
}

both_engines! {
    a_set_up_that_works_has_nothing_that_fails => |kind| async move {
        let database = Database::fresh(kind).await;
        let installation = Installation::on(&database.url, LOCAL);
        let running = installation.serve();
        assert_eq!(running.post("/auth/register", "", ANA).status(), 201);

        let (findings, status) = examine(&installation);

        let failed: Vec<&Value> = findings.iter().filter(|finding| finding["state"] == "failed").collect();
        assert_eq!((status, failed.len()), (Some(0), 0), "{failed:#?}");
        for check in ["configuration", "database.schema", "clocks.plausible", "clocks.events",
            "keys.signing", "keys.signing_file", "keys.hashes", "cookies.secure", "cookies.domain", "proxies.trusted",
            "mail.transport", "mail.given_up"] {
            assert_eq!(state(&findings, check), "ok", "{}", about(&findings, check));
        }
        assert_eq!(state(&findings, "redis.reached"), "not_applicable");
        assert_eq!(state(&findings, "argon2.speed"), "not_applicable", "it was to be quick");
        let hashes = about(&findings, "keys.hashes")["seen"].as_str().unwrap();
        assert!(hashes.starts_with("all 1 "), "{hashes}");

        let text = stdout(&installation.run(&["doctor"]));
        assert!(text.starts_with("ok       configuration            development, listening on "), "{text}");
        assert!(text.contains(" log-ins/s at ") && text.contains("(memory_kib 19456, passes 2, lanes 1)"), "{text}");
        assert!(text.lines().last().unwrap().starts_with("0 failed, "), "{text}");
    };

    a_pepper_that_hashes_need_and_nobody_has_is_told => |kind| async move {
        let database = Database::fresh(kind).await;
        let installation = Installation::on(&database.url, "");
        for _ in 0..2 {
            assert!(installation.run(&["keys", "pepper", "--out", "pepper"]).status.success());
        }
        let file = installation.path().join("horizon-auth.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text + "pepper_file = \"pepper\"\n").unwrap(); // [hashing] is the last section
        let made = installation.run(&["users", "create", "--email", "ana@example.com"]);
        assert!(made.status.success(), "{}", stderr(&made));
        let (findings, _) = examine(&installation);
        assert_eq!(state(&findings, "keys.hashes"), "ok");
        assert_eq!(about(&findings, "keys.pepper")["seen"], "new hashes use 2, of 2, 1");

        let peppers = std::fs::read_to_string(installation.path().join("pepper")).unwrap();
        let told = stdout(&installation.run(&["doctor", "--quick"]));
        for line in peppers.lines() {
            let (_, secret) = line.split_once(':').unwrap();
            assert!(!told.contains(secret), "a pepper is shown");
        }
        let older = peppers.lines().last().unwrap();
        std::fs::write(installation.path().join("pepper"), format!("{older}\n")).unwrap();
        let (findings, status) = examine(&installation);
        let lost = about(&findings, "keys.hashes");
        assert_eq!((status, &lost["state"]), (Some(1), &Value::from("failed")));
        assert!(lost["seen"].as_str().unwrap().ends_with("its pepper is not configured, version 2"), "{lost}");
    };
}

#[tokio::test]
async fn a_redis_that_drops_keys_fails_and_a_careful_one_does_not() {
    let database = Database::fresh(Kind::Postgres).await;
    let redis = RedisServer::start_with(&["--maxmemory-policy", "allkeys-lru"]);
    redis.cli(&["CONFIG", "SET", "requirepass", "hush-redis"]);
    let settings = format!(
        "[redis]\nurl = \"redis://:hush-redis@127.0.0.1:{}\"\n",
        redis.port
    );
    let installation = Installation::on(&database.url, &settings);

    let (bad, status) = examine(&installation);

    assert_eq!(status, Some(1));
    let eviction = about(&bad, "redis.eviction");
    assert_eq!(eviction["state"], "failed");
    assert!(
        eviction["fix"]
            .as_str()
            .unwrap()
            .contains("CONFIG SET maxmemory-policy noeviction")
    );
    assert_eq!(state(&bad, "redis.persistence"), "warning");
    assert_eq!(state(&bad, "clocks.redis"), "ok");
    assert_eq!(state(&bad, "clocks.database"), "ok");

    redis.cli(&[
        "-a",
        "hush-redis",
        "CONFIG",
        "SET",
        "maxmemory-policy",
        "noeviction",
    ]);
    redis.cli(&["-a", "hush-redis", "CONFIG", "SET", "appendonly", "yes"]);
    let (good, status) = examine(&installation);
    assert_eq!(status, Some(0), "{good:#?}");
    for check in [
        "redis.reached",
        "redis.latency",
        "redis.eviction",
        "redis.persistence",
        "redis.memory",
    ] {
        assert_eq!(state(&good, check), "ok", "{}", about(&good, check));
    }

    let shown = installation.run(&["doctor", "--quick"]);
    assert!(!(stdout(&shown) + &stderr(&shown)).contains("hush"));
    drop(redis);
    let (gone, status) = examine(&installation);
    assert_eq!((status, state(&gone, "redis.reached")), (Some(1), "failed"));
    assert_eq!(
        state(&gone, "database.schema"),
        "ok",
        "the rest is looked at all the same"
    );
}

#[test]
fn a_mail_server_is_asked_and_gets_nothing_unless_that_is_wanted() {
    let server = MailServer::running();
    let settings = |url: &str| {
        let ca = server.ca.display();
        format!(
            "[mail]\ntransport = \"smtp\"\nfrom = \"auth@example.com\"\nsmtp_url = \"{url}\"\nsmtp_ca_file = \"{ca}\"\n\
             timeout = \"5s\"\n"
        )
    };
    let right = Installation::new(&settings(&server.starttls_url()));
    assert_eq!(state(&examine(&right).0, "mail.transport"), "ok");

    let to = format!("doctor-{}@example.com", std::process::id());
    assert!(server.mails_to(&to).is_empty());
    let output = right.run(&["doctor", "--json", "--quick", "--send-test-mail", &to]);
    let seen = findings(&output);
    assert_eq!(state(&seen, "mail.test"), "ok");
    assert!(!stdout(&output).contains(&to), "addresses are masked");
    assert_eq!(server.mails_to(&to).len(), 1);

    for (url, word) in [
        (server.starttls_url().replace("let%20me", "hush-hush"), "AUTH"),
        (server.tls_url().replace("smtps://", "smtp://"), "connecting"),
        (format!("smtp+plain://127.0.0.1:{}", free_port()), "refused"),
    ] {
        let (findings, status) = examine(&Installation::new(&settings(&url)));
        let found = about(&findings, "mail.transport");
        assert_eq!(
            (status, &found["state"]),
            (Some(1), &Value::from("failed")),
            "{found}"
        );
        let seen = found["seen"].as_str().unwrap();
        assert!(seen.contains(word) || word == "connecting", "{found}");
        assert!(!found.to_string().contains("hush-hush"), "{found}");
    }
    let wrong = right.run(&["doctor", "--send-test-mail", "nobody"]);
    assert_eq!(
        stderr(&wrong),
        "error: --send-test-mail must be a valid address such as ana@example.com\n"
    );
}

#[test]
fn every_error_of_the_configuration_is_told_and_the_rest_is_looked_at() {
    use std::os::unix::fs::PermissionsExt as _;
    let installation = Installation::new("colour = 1\npublic_url = \"https://auth.example.com\"\n");
    assert!(
        !installation.run(&["migrate"]).status.success(),
        "the configuration is wrong"
    );
    let key = std::fs::read_dir(installation.path().join("keys")).unwrap();
    let key = key.map(|entry| entry.unwrap().path());
    let key = key
        .into_iter()
        .find(|path| path.display().to_string().ends_with("private.pem"));
    let key = key.unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();

    let (findings, status) = examine(&installation);

    assert_eq!(status, Some(1));
    let problems: Vec<&str> = findings
        .iter()
        .filter(|finding| finding["check"] == "configuration")
        .map(|finding| finding["seen"].as_str().unwrap())
        .collect();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(
        problems[0].starts_with("colour is not a known setting"),
        "{problems:#?}"
    );
    assert!(
        problems[1].starts_with("jwt.private_key_file names "),
        "{problems:#?}"
    );
    let file = about(&findings, "keys.signing_file");
    assert_eq!(file["state"], "failed");
    assert_eq!(file["fix"], format!("chmod 600 {}", key.display()));
    assert_eq!(state(&findings, "keys.signing"), "not_applicable");
    assert_eq!(state(&findings, "proxies.trusted"), "warning");
    assert_ne!(state(&findings, "argon2.memory"), "failed");
    assert_eq!(
        state(&findings, "database.reached"),
        "failed",
        "there is no file yet, and none was made"
    );
    assert!(!installation.path().join("auth.db").exists());
}

#[test]
fn a_file_that_is_no_toml_is_all_there_is_to_say() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("horizon-auth.toml"), "[database\n").unwrap();
    let output = run(folder.path(), &["doctor", "--quick"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.starts_with("failed   configuration "), "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn a_database_that_is_away_is_told_with_its_reason_and_no_password() {
    let url = format!("postgres://ana:hush-postgres@127.0.0.1:{}/auth", free_port());
    let installation = Installation::on(&url, LOCAL);
    let output = installation.run(&["doctor", "--json", "--quick"]);
    let found = findings(&output);
    let reached = about(&found, "database.reached");
    assert_eq!(
        (output.status.code(), &reached["state"]),
        (Some(1), &Value::from("failed"))
    );
    assert!(reached["seen"].as_str().unwrap().contains("refused"), "{reached}");
    assert_eq!(state(&found, "cookies.secure"), "ok");
    assert!(!(stdout(&output) + &stderr(&output)).contains("hush"));
}

#[test]
fn production_is_judged_by_its_own_rules_and_warnings_count_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path())
        .env("HORIZON_AUTH__ENVIRONMENT", "production")
        .env("HORIZON_AUTH__PUBLIC_URL", "https://auth.example.co.uk")
        .env("HORIZON_AUTH__COOKIE__DOMAIN", "co.uk")
        .env("DATABASE_URL", "sqlite:auth.db")
        .env("RESEND_API_KEY", "SG.hush-resend")
        .env("MAIL_TRANSPORT", "resend")
        .env("MAIL_FROM", "auth@example.com")
        .args(["doctor", "--json", "--quick"])
        .output()
        .unwrap();
    let found = findings(&output);
    assert_eq!(state(&found, "cookies.domain"), "failed");
    assert_eq!(state(&found, "mail.transport"), "warning");
    assert_eq!(state(&found, "mail.from"), "failed");
    assert_eq!(state(&found, "configuration"), "failed", "there is no key");
    assert!(!(stdout(&output) + &stderr(&output)).contains("hush"));

    let installation = Installation::new("public_url = \"https://auth.example.com\"\n");
    assert!(installation.run(&["migrate"]).status.success());
    let output = installation.run(&["doctor", "--quick"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let strict = installation.run(&["doctor", "--strict", "--quick"]);
    assert_eq!(strict.status.code(), Some(1));
    assert!(
        stderr(&strict).contains("--strict was given"),
        "{}",
        stderr(&strict)
    );
}
