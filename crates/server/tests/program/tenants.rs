//! `horizon-auth tenants`, on both engines.

use horizon_auth_testkit::{Database, both_engines};
use serde_json::{Value, json};

use crate::support::{Installation, Reply, Running, stderr, stdout};

const PASSWORD: &str = "correct horse battery";
const SETTINGS: &str = "rate_limit.login = \"1000/1m\"\nrate_limit.register = \"1000/1m\"\n\
                        tenant.source = \"header\"\n";

fn said(installation: &Installation, words: &[&str]) -> String {
    let output = installation.run(&[&["tenants"], words].concat());
    assert!(output.status.success(), "{words:?}: {}", stderr(&output));
    stdout(&output)
}

fn answer(installation: &Installation, words: &[&str]) -> Value {
    serde_json::from_str(&said(installation, &[words, &["--json"]].concat())).unwrap()
}

fn complaint(installation: &Installation, words: &[&str]) -> String {
    let output = installation.run(&[&["tenants"], words].concat());
    assert_eq!(output.status.code(), Some(1), "{words:?}: {}", stdout(&output));
    assert_eq!(stdout(&output), "");
    stderr(&output)
}

fn post(running: &Running, path: &str, tenant: &str) -> Reply {
    let body = json!({ "email": "ana@example.com", "password": PASSWORD });
    running.post(path, &format!("x-tenant-id: {tenant}\r\n"), &body.to_string())
}

fn profile(running: &Running, tenant: &str, token: &str) -> Reply {
    let headers = format!("x-tenant-id: {tenant}\r\nauthorization: Bearer {token}\r\n");
    running.get("/auth/profile", &headers)
}

both_engines! {
    a_tenant_is_made_listed_switched_off_and_on => |kind| async move {
        let database = Database::fresh(kind).await;
        let installation = Installation::on(&database.url, SETTINGS);

        assert_eq!(said(&installation, &["create", "acme"]), "created: tenant acme\n");
        assert_eq!(answer(&installation, &["create", "acme"])["done"], "unchanged");
        let listed = said(&installation, &["list"]);
        assert!(listed.starts_with("NAME     STATE     CREATED\nacme     enabled   "), "{listed}");
        assert_eq!(listed.lines().count(), 3, "the default one is there: {listed}");

        let disabled = answer(&installation, &["disable", "acme"]);
        assert_eq!(disabled, json!({ "tenant": "acme", "done": "disabled", "server": "not_running" }));
        let lines = said(&installation, &["list", "--json"]);
        let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!((&first["name"], &first["state"]), (&"acme".into(), &"disabled".into()));
        assert!(first["disabledAt"].is_string());
        assert_eq!(said(&installation, &["enable", "acme"]), "enabled: tenant acme\n");
        assert_eq!(answer(&installation, &["enable", "acme"])["done"], "unchanged");

        assert!(complaint(&installation, &["disable", "default"]).contains("tenant.default"));
        assert!(complaint(&installation, &["disable", "nobody"]).contains("there is no tenant nobody"));
        assert!(complaint(&installation, &["create", "No Name"]).starts_with("error: TENANT must be 1 to 63"));
        let by_us = "SELECT COUNT(*) FROM audit_events WHERE tenant_id = 'acme' AND user_agent = 'horizon-auth tenants'";
        assert_eq!(database.number(by_us).await, 3);
    };

    a_tenant_that_is_switched_off_is_shut_on_a_running_server_when_the_command_returns => |kind| async move {
        let database = Database::fresh(kind).await;
        let installation = Installation::on(&database.url, SETTINGS);
        let running = installation.serve();
        said(&installation, &["create", "acme"]);
        let acme = post(&running, "/auth/register", "acme");
        assert_eq!(acme.status(), 201, "{acme:?}");
        let home = post(&running, "/auth/register", "default");
        assert_eq!(home.status(), 201, "the same address is somebody else here");
        assert_eq!(profile(&running, "acme", &acme.access_token()).status(), 200);
        assert_eq!(profile(&running, "default", &acme.access_token()).status(), 403);

        let disabled = said(&installation, &["disable", "acme"]);

        assert_eq!(disabled, "disabled: tenant acme; in effect on the running server\n");
        assert_eq!(profile(&running, "acme", &acme.access_token()).status(), 401);
        let cookie = format!("x-tenant-id: acme\r\ncookie: {}\r\n", acme.cookie());
        let refreshed = running.post("/auth/refresh", &cookie, "{}");
        assert!([401, 403].contains(&refreshed.status()), "{refreshed:?}");
        assert_ne!(post(&running, "/auth/login", "acme").status(), 200);
        assert_eq!(profile(&running, "default", &home.access_token()).status(), 200);
        assert_eq!(post(&running, "/auth/login", "nobody").status(), 404);
    };
}
