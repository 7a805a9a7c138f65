//! `horizon-auth users sessions` and `end-sessions --session`.

use horizon_auth_testkit::both_engines;
use serde_json::json;

use super::*;

const FIREFOX: &str =
    "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n";

/// Logs in with a browser's name.
fn login_from(running: &Running, email: &str, agent: &str) -> Reply {
    let body = json!({ "email": email, "password": PASSWORD }).to_string();
    let reply = running.post("/auth/login", agent, &body);
    assert_eq!(reply.status(), 200, "{reply:?}");
    reply
}

/// The sessions of somebody, newest first.
fn listed(site: &Site, email: &str) -> Vec<Value> {
    let said = site.said(&["sessions", email, "--json"]);
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

both_engines! {
    sessions_are_listed_and_one_of_them_is_ended => |kind| async move {
        let site = Site::new(kind).await;
        for email in ["ana@example.com", "bob@example.com"] {
            site.create(email);
        }
        let running = site.installation.serve();
        let (phone, laptop) =
            (login_from(&running, "ana@example.com", ""), login_from(&running, "ana@example.com", FIREFOX));
        let bob = login_from(&running, "bob@example.com", "");

        let sessions = listed(&site, "ana@example.com");
        assert_eq!(sessions.len(), 2);
        assert_eq!((&sessions[0]["device"], &sessions[1]["device"]), (&json!("Firefox on Linux"), &Value::Null));
        let id = sessions[0]["id"].as_str().unwrap();
        let shown = site.said(&["sessions", "ana@example.com"]);
        assert!(shown.starts_with("ID ") && shown.lines().count() == 3, "{shown}");
        assert!(shown.lines().nth(1).unwrap().starts_with(id) && shown.contains("  Firefox on Linux\n"), "{shown}");

        let of_bob = listed(&site, "bob@example.com")[0]["id"].as_str().unwrap().to_owned();
        for other in [of_bob.as_str(), "0192d3a0-7a10-7c1e-9d0b-000000000001"] {
            let refused = site.refusal(&["end-sessions", "ana@example.com", "--session", other]);
            assert!(refused.contains("has no such live session"), "{refused}");
        }
        let refused = site.refusal(&["end-sessions", "ana@example.com", "--session", "1"]);
        assert_eq!(refused, "error: --session must be the id of a session\n");
        let ended = site.said(&["end-sessions", "ana@example.com", "--session", id]);
        assert!(ended.starts_with("ended 1 session: ") && ended.ends_with("; in effect on the running server\n"));

        let statuses = [&laptop, &phone, &bob].map(|reply| profile(&running, &reply.access_token()).status());
        assert_eq!(statuses, [401, 200, 200]);
        assert_eq!(listed(&site, "ana@example.com").len(), 1);
        let by_us = "SELECT COUNT(*) FROM sessions WHERE revoke_reason = 'operator'";
        assert_eq!(site.database.number(by_us).await, 1);
    };
}
