//! `horizon-auth roles`, and `users grant` and `revoke-role`.

use horizon_auth_testkit::both_engines;
use serde_json::json;

use super::*;

impl Site {
    fn roles(&self, arguments: &[&str]) -> Output {
        self.installation.run(&[&["roles"], arguments].concat())
    }

    fn roles_said(&self, arguments: &[&str]) -> String {
        let output = self.roles(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    }

    fn roles_refusal(&self, arguments: &[&str]) -> String {
        let output = self.roles(arguments);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{arguments:?}: {}",
            stdout(&output)
        );
        assert_eq!(stdout(&output), "", "{arguments:?}");
        stderr(&output)
    }
}

both_engines! {
    a_role_is_made_granted_taken_away_and_removed => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");

        assert_eq!(site.roles_said(&["create", "editor"]), "created: role editor\n");
        assert_eq!(site.roles_said(&["create", "editor"]), "there already, nothing done: role editor\n");
        assert_eq!(site.json(&["grant", "ana@example.com", "editor"])["done"], "role_granted");
        assert_eq!(site.json(&["grant", "ana@example.com", "editor"])["done"], "unchanged");
        assert_eq!(site.json(&["show", "ana@example.com"])["roles"], json!(["editor", "user"]));

        let listed = site.roles_said(&["list"]);
        assert!(listed.starts_with("NAME  "), "{listed}");
        assert!(listed.contains("\neditor         1  "), "{listed}");
        let lines: Vec<Value> =
            site.roles_said(&["list", "--json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let found: Vec<_> = lines.iter().map(|line| (line["name"].clone(), line["users"].clone())).collect();
        assert_eq!(found, [("admin", 0), ("editor", 1), ("user", 1)].map(|(name, users)| (json!(name), json!(users))));

        let refused = site.roles_refusal(&["delete", "editor"]);
        assert!(refused.starts_with("error: ROLE: editor is the role of "), "{refused}");
        assert_eq!(site.json(&["revoke-role", "ana@example.com", "editor"])["done"], "role_revoked");
        assert_eq!(site.json(&["revoke-role", "ana@example.com", "editor"])["done"], "unchanged");
        assert_eq!(site.roles_said(&["delete", "editor", "--json"]), "{\"role\":\"editor\",\"done\":\"deleted\"}\n");
        let told = "SELECT COUNT(*) FROM audit_events WHERE event IN ('role_created', 'role_deleted', 'roles_changed')";
        assert_eq!(site.database.number(told).await, 4);
    };

    what_cannot_be_is_refused_with_the_way_out => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");
        for (refused, expected) in [
            (site.refusal(&["grant", "ana@example.com", "nowhere"]), "`horizon-auth roles create` makes one"),
            (site.refusal(&["grant", "ana@example.com", "No Role"]), "error: ROLE: \"No Role\" must be 1 to 64 of"),
            (site.refusal(&["grant", "bob@example.com", "admin"]), "has no such account"),
            (site.roles_refusal(&["create", "No Role"]), "error: ROLE: \"No Role\" must be 1 to 64 of"),
            (site.roles_refusal(&["delete", "nowhere"]), "`horizon-auth roles list` shows those it has"),
            (site.roles_refusal(&["delete", "admin"]), "is the role of administrators"),
            (site.roles_refusal(&["delete", "user"]), "of new accounts"),
            (site.roles_refusal(&["create", "editor", "--tenant", "acme"]), "there is no such tenant"),
        ] {
            assert!(refused.contains(expected), "{refused}");
        }
        assert_eq!(site.database.number("SELECT COUNT(*) FROM roles").await, 2);
    };

    a_grant_and_its_end_are_in_effect_on_the_running_server_when_the_command_returns => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");
        let running = site.installation.serve();
        let mut reply = login(&running, "ana@example.com", PASSWORD);
        for (command, administers) in [("grant", true), ("revoke-role", false)] {
            let said = site.said(&[command, "ana@example.com", "admin"]);
            assert!(said.ends_with("; in effect on the running server\n"), "{said}");
            assert_eq!(profile(&running, &reply.access_token()).json()["code"], "token_revoked", "{command}");
            reply = running.post("/auth/refresh", &format!("cookie: {}\r\n", reply.cookie()), "{}");
            assert_eq!(reply.status(), 200, "the session goes on: {reply:?}");
            let header = format!("authorization: Bearer {}\r\n", reply.access_token());
            let status = running.get("/admin/roles", &header).status();
            assert_eq!(status, if administers { 200 } else { 403 }, "{command}");
        }
    };
}
