//! The reference pages say what the code says.

#[path = "reference/documents.rs"]
mod documents;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use horizon_auth::metrics::METRICS;
use horizon_auth_core::counts::MailFate;
use horizon_auth_core::domain::audit::Event;
use horizon_auth_core::error::Code;

/// Compares a page with what the code would write; `UPDATE_REFERENCE=1` writes it.
fn is_current(page: &str, expected: &str) {
    is_current_at(&format!("docs/reference/{page}"), expected);
}

/// The same with a file of some other folder.
#[expect(clippy::disallowed_methods, reason = "the switch of this test")]
fn is_current_at(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    if std::env::var("UPDATE_REFERENCE").is_ok() {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{file} is stale: UPDATE_REFERENCE=1 cargo test -p horizon-auth-testkit --test reference"
    );
}

#[test]
fn the_page_of_settings_is_current() {
    is_current("configuration.md", &horizon_auth::config::reference_markdown());
}

#[test]
fn the_page_of_errors_is_current() {
    let mut page = String::from(
        "# Error codes\n\nGenerated from `crates/core/src/error.rs`. Branch on `code`; the words may change.\n\n\
         | code | status | message |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let (wire, status, title) = code.row();
        writeln!(page, "| `{wire}` | {status} | {title} |").unwrap();
    }
    is_current("errors.md", &page);
}

#[test]
fn the_page_of_events_is_current() {
    let mut page = String::from(
        "# Security and audit events\n\nGenerated from `crates/core/src/domain/audit.rs`. Each is a row of `audit_events` \
         and a log line of the target\n`horizon_auth::security` with `event`, `tenantId`, `userId`, `sessionId`, `email` \
         (masked), `ip`, `userAgent` and `requestId`.\n\n| event | level |\n|---|---|\n",
    );
    for event in Event::ALL {
        let (name, level) = event.row();
        writeln!(page, "| `{name}` | {} |", level.as_str()).unwrap();
    }
    is_current("events.md", &page);
}

#[test]
fn the_page_of_routes_is_current() {
    use horizon_auth_http::config::Profile;
    let mut page = String::from(
        "# Routes\n\nGenerated from `crates/http/src/route_list.rs`; `horizon-auth routes` prints those of a \
         configuration. A *user* has an access\ntoken or, where sessions are switched on, a session cookie. Where \
         there is `GET` there is `HEAD`.\n",
    );
    for (name, profile) in [
        ("token", Profile::Token),
        ("session", Profile::Session),
        ("both", Profile::Both),
    ] {
        writeln!(
            page,
            "\n## `http.profile = \"{name}\"`\n\n| method | path | who may call |\n|---|---|---|"
        )
        .unwrap();
        for route in horizon_auth_http::routes(profile) {
            writeln!(page, "| `{}` | `{}` | {} |", route.method, route.path, route.who).unwrap();
        }
    }
    for (what, routes) in [
        ("with `mode = \"sso_server\"`", horizon_auth_http::sso_routes()),
        (
            "in development or with `http.openapi = \"on\"`",
            horizon_auth_http::documentation_routes(),
        ),
    ] {
        writeln!(
            page,
            "\n## Beside these, {what}\n\n| method | path | who may call |\n|---|---|---|"
        )
        .unwrap();
        for route in routes {
            writeln!(page, "| `{}` | `{}` | {} |", route.method, route.path, route.who).unwrap();
        }
    }
    is_current("endpoints.md", &page);
}

#[test]
fn the_page_of_metrics_is_current() {
    is_current("metrics.md", &horizon_auth::metrics::reference_markdown());
}

fn operations(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops").join(file);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn alerts_and_dashboard_name_metrics_that_there_are() {
    let prefixes = ["http_", "auth_", "email_", "redis_", "horizon_auth_", "process_"];
    let known = |word: &str| {
        let is = |name: &str| METRICS.iter().any(|metric| metric.name == name);
        let base = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| word.strip_suffix(suffix));
        let is_event = Event::ALL.iter().any(|event| event.row().0 == word);
        is(word) || base.is_some_and(is) || is_event
    };
    for file in [
        "prometheus/alerts.yml",
        "prometheus/alerts_test.yml",
        "grafana/horizon-auth.json",
    ] {
        let text = operations(file);
        let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        let named: BTreeSet<_> = words
            .filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix)))
            .collect();
        assert!(named.len() > 10, "{file}: the search has gone blind: {named:?}");
        for word in named {
            assert!(known(word), "{file} names {word}, which nothing publishes");
        }
    }
}

#[test]
fn alerts_and_dashboard_name_events_that_there_are() {
    let named = |text: &str| -> Vec<String> {
        let after = text.split("kind").skip(1).filter_map(|rest| {
            let rest = rest.strip_prefix("=~").or(rest.strip_prefix('='))?;
            rest.trim_start_matches('\\')
                .strip_prefix('"')?
                .split(['"', '\\'])
                .next()
        });
        after
            .flat_map(|kinds| kinds.split('|'))
            .map(str::to_owned)
            .collect()
    };
    let fates = MailFate::ALL.iter().map(|fate| fate.as_str());
    let kinds: BTreeSet<_> = Event::ALL
        .iter()
        .map(|event| event.row().0)
        .chain(fates)
        .collect();
    for file in ["prometheus/alerts.yml", "grafana/horizon-auth.json"] {
        let named = named(&operations(file));
        assert!(named.len() >= 6, "{file}: the search has gone blind: {named:?}");
        for kind in named {
            assert!(kinds.contains(kind.as_str()), "{file}: no event is called {kind}");
        }
    }
}

#[test]
fn every_alert_is_shown_to_fire_and_not_to_fire() {
    let (alerts, tests) = (
        operations("prometheus/alerts.yml"),
        operations("prometheus/alerts_test.yml"),
    );
    let named = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    for alert in named {
        let quiet = format!("alertname=\"{alert}\", alertstate=\"firing\"}}', eval_time");
        let firing = format!("labels: 'ALERTS{{alertname=\"{alert}\"");
        assert!(tests.contains(&quiet), "no test says when {alert} is quiet");
        assert!(tests.contains(&firing), "no test says when {alert} fires");
    }
}

#[test]
fn the_documents_of_the_routes_are_current() {
    use horizon_auth_http::config::{HttpConfig, Profile};
    for (name, profile) in [
        ("token", Profile::Token),
        ("session", Profile::Session),
        ("both", Profile::Both),
    ] {
        let config = HttpConfig {
            profile,
            ..HttpConfig::new("http://localhost:3000".to_owned())
        };
        let document = format!("{:#}\n", horizon_auth_http::openapi(&config));
        is_current_at(&format!("docs/openapi/{name}.json"), &document);
    }
}
