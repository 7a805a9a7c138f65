//! New passwords are looked up in a list of breached ones without telling it which they are.

use std::sync::Arc;
use std::time::Instant;

use horizon_auth_adapters::breaches::HttpBreaches;
use horizon_auth_core::domain::policy::BreachCheck;
use horizon_auth_testkit::{Kind, Setup, TestApp};

use super::capture::Capture;
use super::list::{List, Mood, OTHER};
use super::{ANA, register};

/// Its SHA-1 is DAF82BC6B1ECD565B332CC2A5CC2D01DBD4652F5.
const BREACHED: &str = "horse staple battery";
const PREFIX: &str = "DAF82";
const SUFFIX: &str = "BC6B1ECD565B332CC2A5CC2D01DBD4652F5";

async fn app(url: &str, breach_check: BreachCheck) -> TestApp {
    let mut setup = Setup::new(Kind::Sqlite).policy(|policy| policy.breach_check = breach_check);
    setup.breaches = Some(Arc::new(HttpBreaches::new(url).unwrap()));
    TestApp::new(setup.start().await)
}

async fn asked(mood: Mood, breach_check: BreachCheck) -> (TestApp, List) {
    let list = List::start(mood).await;
    (app(&list.url, breach_check).await, list)
}

async fn users(app: &TestApp) -> i64 {
    app.engine.database.number("SELECT COUNT(*) FROM users").await
}

#[tokio::test]
async fn the_list_learns_five_digits_and_nothing_else() {
    let (app, list) = asked(Mood::Text(OTHER.into()), BreachCheck::FailClosed).await;
    assert_eq!(register(&app, ANA, BREACHED).await.status, 201);
    let asked = list.asked.lock().unwrap().clone();
    let [asked] = &asked[..] else {
        panic!("one question: {asked:?}")
    };
    assert_eq!(asked.line, format!("GET /range/{PREFIX}"));
    let host = list.url.trim_start_matches("http://").to_owned();
    for (name, value) in &asked.headers {
        let expected = match name.as_str() {
            "add-padding" => "true",
            "accept" => "*/*",
            "user-agent" => concat!("horizon-auth/", env!("CARGO_PKG_VERSION")),
            "host" => &host,
            other => panic!("the header {other} was sent"),
        };
        assert_eq!(value, expected, "{name}");
    }
    let padding = asked.headers.iter().any(|(name, _)| name == "add-padding");
    assert!(padding, "the size of the answer must not tell the prefix");
}

#[tokio::test]
async fn a_listed_password_is_refused_in_any_policy_and_nothing_is_stored() {
    for breach_check in [BreachCheck::FailOpen, BreachCheck::FailClosed] {
        for line in [
            format!("{SUFFIX}:1"),
            format!("{OTHER}{}:37359195\r\n", SUFFIX.to_lowercase()),
        ] {
            let (app, _list) = asked(Mood::Text(line), breach_check).await;
            let answer = register(&app, ANA, BREACHED).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            let sentence = "Password must not be a password known from a data breach";
            assert_eq!(answer.json()["message"], serde_json::json!([sentence]));
            assert_eq!(users(&app).await, 0);
        }
    }
}

#[tokio::test]
async fn padding_is_no_listing_and_off_asks_nobody() {
    let padded = Mood::Text(format!("{OTHER}{SUFFIX}:0\r\n"));
    let (app, _list) = asked(padded, BreachCheck::FailClosed).await;
    assert_eq!(register(&app, ANA, BREACHED).await.status, 201);
    let (app, list) = asked(Mood::Text(format!("{SUFFIX}:9")), BreachCheck::Off).await;
    assert_eq!(register(&app, ANA, BREACHED).await.status, 201);
    assert!(list.asked.lock().unwrap().is_empty());
}

/// `closed` refuses with 503 and stores nothing; `open` accepts and says so in the log.
async fn doubt(mood: Mood) {
    let list = List::start(mood.clone()).await;
    doubt_about(&list.url, &format!("{mood:.60?}")).await;
    let asked = list.asked.lock().unwrap();
    assert!(
        asked.iter().all(|asked| asked.line.starts_with("GET /range/")),
        "{asked:?}"
    );
}

async fn doubt_about(url: &str, what: &str) {
    let capture = Capture::start();
    let closed = app(url, BreachCheck::FailClosed).await;
    let begun = Instant::now();
    let refused = register(&closed, ANA, BREACHED).await;
    assert!(begun.elapsed().as_secs() < 10, "{what}: nobody waits that long");
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (503, "unavailable"),
        "{what}"
    );
    assert_eq!(refused.header("retry-after"), "1");
    assert!(
        !refused.text.to_lowercase().contains("breach"),
        "{}",
        refused.text
    );
    assert_eq!(users(&closed).await, 0, "{what}");

    let open = app(url, BreachCheck::FailOpen).await;
    let accepted = register(&open, ANA, BREACHED).await;
    assert_eq!(accepted.status, 201, "{what}: {}", accepted.text);

    let log = capture.text();
    for (answer, sentence) in [
        (&refused, "a request could not be served"),
        (&accepted, "accepted without asking"),
    ] {
        let id = answer.header("x-request-id");
        let line = log
            .lines()
            .find(|line| line.contains(id) && line.contains(sentence));
        let line = line.unwrap_or_else(|| panic!("{what} is not in the log"));
        assert!(line.contains("\"WARN\""), "{line}");
        assert!(line.contains("did not answer"), "{line}");
    }
    for secret in [BREACHED, PREFIX, SUFFIX] {
        assert!(
            !log.contains(secret),
            "{what}: {secret} is in the log, of whatever level"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_not_a_list_is_none() {
    for text in [
        String::new(),
        "\r\n\r\n".to_owned(),
        "<html>Welcome to this hotel's network</html>".to_owned(),
        "{\"ok\":true}".to_owned(),
        format!("{OTHER}<!-- {SUFFIX}"),
        format!("{OTHER}{}:1\r\n", &SUFFIX[1..]),
        format!("{OTHER}{SUFFIX}:many\r\n"),
        format!("{OTHER}{SUFFIX}\r\n"),
        OTHER.repeat(40_000),
    ] {
        doubt(Mood::Text(text)).await;
    }
}

#[tokio::test]
async fn a_list_in_trouble_or_elsewhere_is_none() {
    for mood in [
        Mood::Status(500),
        Mood::Status(429),
        Mood::Status(204),
        Mood::Status(206),
        Mood::Elsewhere,
    ] {
        doubt(mood).await;
    }
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed_port = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    doubt_about(&closed_port, "a closed port").await;
}

#[tokio::test]
async fn a_list_that_takes_its_time_is_none() {
    tokio::join!(doubt(Mood::Silent), doubt(Mood::Stalled));
}
