//! Beside a running server: what a command took away is gone when it returns.

use std::time::Instant;

use horizon_auth_testkit::both_engines;

use super::*;
use crate::support::PATIENCE;

const IN_EFFECT: &str = "; in effect on the running server\n";

/// Makes an account and logs in; the answer has the tokens.
fn signed_in(site: &Site, running: &Running, email: &str) -> Reply {
    site.create(email);
    let reply = login(running, email, PASSWORD);
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert_eq!(profile(running, &reply.access_token()).status(), 200);
    reply
}

/// Whether the access token is refused as revoked, and what its refresh token brings.
fn after(running: &Running, before: &Reply) -> Reply {
    let refused = profile(running, &before.access_token());
    assert_eq!(
        (refused.status(), &refused.json()["code"]),
        (401, &"token_revoked".into())
    );
    running.post("/auth/refresh", &format!("cookie: {}\r\n", before.cookie()), "{}")
}

both_engines! {
    what_a_command_takes_away_is_gone_from_a_running_server_when_it_returns => |kind| async move {
        let site = Site::new(kind).await;
        let running = site.installation.serve();

        let ana = signed_in(&site, &running, "ana@example.com");
        let disabled = site.said(&["disable", "ana@example.com"]);
        assert!(disabled.ends_with(IN_EFFECT), "{disabled}");
        assert_eq!(after(&running, &ana).status(), 401);
        assert_eq!(login(&running, "ana@example.com", PASSWORD).status(), 401);
        site.said(&["enable", "ana@example.com"]);
        assert_eq!(login(&running, "ana@example.com", PASSWORD).status(), 200);
        assert_eq!(after(&running, &ana).status(), 401, "nothing that ended begins again");

        let bob = signed_in(&site, &running, "bob@example.com");
        let ended = site.said(&["end-sessions", "bob@example.com"]);
        assert!(ended.starts_with("ended 1 session: ") && ended.ends_with(IN_EFFECT), "{ended}");
        assert_eq!(after(&running, &bob).status(), 401);
        assert_eq!(login(&running, "bob@example.com", PASSWORD).status(), 200);

        let eve = signed_in(&site, &running, "eve@example.com");
        assert_eq!(site.json(&["delete", "eve@example.com", "--yes"])["server"], "in_effect");
        assert_eq!(after(&running, &eve).status(), 401);
        assert_eq!(login(&running, "eve@example.com", PASSWORD).status(), 401);

        let dan = signed_in(&site, &running, "dan@example.com");
        assert_eq!(site.json(&["set-roles", "dan@example.com", "admin"])["server"], "in_effect");
        let refreshed = after(&running, &dan);
        assert_eq!(refreshed.status(), 200, "the session lives on");
        let known = profile(&running, &refreshed.access_token()).json();
        assert_eq!(known["roles"], serde_json::json!(["admin"]), "{known}");

        let zoe = signed_in(&site, &running, "zoe@example.com");
        let reset = site.json(&["reset-password", "zoe@example.com", "--generate"]);
        assert_eq!(reset["server"], "in_effect");
        assert_eq!(after(&running, &zoe).status(), 401);
        assert_eq!(login(&running, "zoe@example.com", PASSWORD).status(), 401);
        assert_eq!(login(&running, "zoe@example.com", reset["password"].as_str().unwrap()).status(), 200);
        assert_eq!(running.get("/health/ready", "").status(), 200);
    };

    what_was_taken_away_while_no_server_ran_is_gone_when_one_starts => |kind| async move {
        let site = Site::new(kind).await;
        let mut running = site.installation.serve();
        let ana = signed_in(&site, &running, "ana@example.com");
        running.terminate();
        assert!(running.wait().success(), "{}", running.log());

        assert_eq!(site.json(&["disable", "ana@example.com"])["server"], "not_running");

        let running = site.installation.serve();
        assert_eq!(after(&running, &ana).status(), 401);
    };

    a_server_that_does_not_answer_is_not_said_to_have_seen_anything => |kind| async move {
        let site = Site::new(kind).await;
        let running = site.installation.serve();
        let ana = signed_in(&site, &running, "ana@example.com");
        running.signal("STOP");

        let output = site.users(&["disable", "ana@example.com", "--json"]);

        running.signal("CONT");
        assert_eq!(output.status.code(), Some(1));
        assert!(stdout(&output).contains("\"server\":\"unconfirmed\""), "{}", stdout(&output));
        assert!(stderr(&output).contains("the change is stored, but no server has confirmed"), "{}", stderr(&output));
        let start = Instant::now();
        while profile(&running, &ana.access_token()).status() == 200 {
            assert!(start.elapsed() < PATIENCE, "the server never looks");
        }
    };

    commands_side_by_side_never_keep_a_server_from_starting => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                for _ in 0..10 {
                    site.said(&["end-sessions", "ana@example.com"]);
                }
            });
            for _ in 0..3 {
                let mut running = site.installation.serve();
                running.terminate();
                assert!(running.wait().success(), "{}", running.log());
            }
            asking.join().unwrap();
        });
    };
}
