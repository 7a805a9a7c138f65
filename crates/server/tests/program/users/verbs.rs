//! Every verb without a server: what it does, and what it refuses.

use horizon_auth_testkit::both_engines;

use super::*;

both_engines! {
    an_account_is_made_shown_changed_and_deleted => |kind| async move {
        let site = Site::new(kind).await;
        site.role("editor");
        let made = site.said(&[
            "create", "--email", "Ana@Example.com", "--name", "Ana Díaz", "--role", "editor", "--role", "admin",
            "--verified", "--locale", "pt-br",
        ]);
        assert!(made.starts_with("created: ana@example.com, id "), "{made}");
        let password = made.lines().nth(1).unwrap().strip_prefix("password, shown this one time: ").unwrap();
        assert_eq!(password.len(), 24);

        let shown = site.json(&["show", "ana@example.com"]);
        let id = shown["id"].as_str().unwrap();
        assert_eq!(shown["email"], "Ana@Example.com");
        assert_eq!(shown["fullName"], "Ana Díaz");
        assert_eq!(shown["roles"], serde_json::json!(["admin", "editor"]));
        assert_eq!((&shown["locale"], &shown["emailVerified"]), (&"pt-BR".into(), &true.into()));
        assert_eq!((&shown["tenantId"], &shown["liveSessions"]), (&"default".into(), &0.into()));
        assert_eq!(site.json(&["show", id]), shown, "an id names it as well");
        assert!(site.said(&["show", id]).contains("roles     admin editor\n"));

        let listed = site.said(&["list"]);
        assert!(listed.starts_with("ID "), "{listed}");
        assert!(listed.contains(&format!("{id}  verified ")), "{listed}");
        assert_eq!(site.json(&["list"])["id"], id);

        let disabled = site.json(&["disable", "ana@example.com"]);
        assert_eq!((&disabled["done"], &disabled["server"]), (&"disabled".into(), &"not_running".into()));
        assert_eq!(site.json(&["show", id])["disabledBy"], "operator");
        assert!(site.said(&["disable", id]).ends_with("; no server is running\n"), "off already is fine");
        assert!(site.refusal(&["reset-password", id]).contains("users enable"));
        assert_eq!(site.json(&["enable", id])["done"], "enabled");
        assert_eq!(site.json(&["enable", id])["done"], "unchanged");

        assert_eq!(site.json(&["set-roles", id, "user", "user"])["done"], "roles_set");
        assert_eq!(site.json(&["show", id])["roles"], serde_json::json!(["user"]));
        site.said(&["set-roles", id, "--none"]);
        assert_eq!(site.json(&["show", id])["roles"], serde_json::json!([]));

        let reset = site.json(&["reset-password", id, "--generate"]);
        assert_ne!(reset["password"].as_str().unwrap(), password);
        assert_eq!(site.json(&["reset-password", id])["done"], "reset_mailed");
        assert_eq!(site.json(&["end-sessions", id])["done"], "sessions_ended");

        let by_us = "SELECT COUNT(*) FROM audit_events WHERE event = 'roles_changed' AND user_agent = 'horizon-auth users'";
        assert_eq!(site.database.number(by_us).await, 2);

        let warned = site.refusal(&["delete", id]);
        assert!(warned.contains("ana@example.com") && warned.contains("--yes"), "{warned}");
        assert_eq!(site.json(&["delete", id, "--yes"])["done"], "deleted");
        assert!(site.refusal(&["show", id]).contains("has no such account"));
        assert_eq!(site.database.number("SELECT COUNT(*) FROM users").await, 0);
    };

    a_password_from_standard_input_is_never_repeated => |kind| async move {
        let site = Site::new(kind).await;

        let made = site.create_with("ana@example.com", PASSWORD);
        let short = site.create_with("bob@example.com", "short77");

        assert!(made.status.success() && !stdout(&made).contains(PASSWORD));
        assert_eq!(short.status.code(), Some(1));
        assert_eq!(stderr(&short), "error: --password-stdin: the password must be at least 8 characters\n");
        assert_eq!(site.database.number("SELECT COUNT(*) FROM passwords").await, 1);
        assert!(!site.database.dump().await.contains(PASSWORD));
    };

    a_new_password_that_nobody_could_read_is_said_to_be_lost => |kind| async move {
        let site = Site::new(kind).await;
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();

        let output = program(site.installation.path())
            .args(["users", "create", "--email", "ana@example.com"])
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();

        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("`horizon-auth users reset-password` makes another"), "{}", stderr(&output));
        assert!(site.said(&["reset-password", "ana@example.com", "--generate"]).contains("shown this one time: "));
    };

    an_invited_person_has_no_password_and_a_mail_on_the_way => |kind| async move {
        let site = Site::new(kind).await;

        let invited = site.json(&["create", "--email", "ana@example.com", "--invite"]);

        assert_eq!((&invited["done"], &invited["password"]), (&"invited".into(), &Value::Null));
        assert_eq!(site.database.number("SELECT COUNT(*) FROM passwords").await, 0);
        assert_eq!(site.database.number("SELECT COUNT(*) FROM outbox WHERE kind = 'reset_password'").await, 1);
    };

    no_mail_is_promised_where_nobody_sends_any => |kind| async move {
        let site = Site::with(kind, "mail.transport = \"none\"\n").await;
        site.create("ana@example.com");

        for refused in [
            site.refusal(&["create", "--email", "bob@example.com", "--invite"]),
            site.refusal(&["reset-password", "ana@example.com", "--mail"]),
            site.refusal(&["reset-password", "ana@example.com"]),
        ] {
            assert!(refused.contains("mail.transport is \"none\""), "{refused}");
        }
        assert_eq!(site.database.number("SELECT COUNT(*) FROM users").await, 1, "nobody was made");
    };

    a_refusal_names_what_was_typed_and_the_rule => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");
        let refusals: &[(&[&str], &str)] = &[
            (&["create", "--email", "ANA@example.com"], "error: --email: this address has an account already"),
            (&["create", "--email", "nobody"], "error: --email must be a valid address"),
            (&["create", "--email", "b@c.de", "--name", "a\u{1b}[2J"], "error: --name must not contain control"),
            (&["create", "--email", "b@c.de", "--role", "Admin"], "error: --role: \"Admin\" must be 1 to 64 of"),
            (&["create", "--email", "b@c.de", "--locale", "en_US"], "error: --locale must be a language tag"),
            (&["show", "ana"], "error: USER must be the id or the address of an account"),
            (&["disable", "bob@example.com"], "error: the tenant default has no such account"),
            (&["enable", "01a20ae9-0fe4-73cd-a73d-431de9e62325"], "error: the tenant default has no such account"),
            (&["set-roles", "ana@example.com", "a b"], "error: ROLES: \"a b\" must be 1 to 64 of"),
            (&["list", "--tenant", "acme"], "error: --tenant: there is no such tenant"),
            (&["list", "--tenant", "ACME"], "error: --tenant must be 1 to 63 of"),
        ];
        for (typed, expected) in refusals {
            let complaint = site.refusal(typed);
            assert!(complaint.starts_with(expected), "{typed:?}: {complaint}");
        }
        assert_eq!(site.database.number("SELECT COUNT(*) FROM users").await, 1);
    };

    a_database_without_tables_is_not_touched => |kind| async move {
        let database = Database::empty(kind).await;
        let installation = Installation::on(&database.url, "");

        let refused = installation.run(&["users", "list"]);

        assert_eq!(refused.status.code(), Some(1));
        assert!(stderr(&refused).contains("run `horizon-auth migrate apply`"), "{}", stderr(&refused));
        assert!(stdout(&installation.run(&["migrate", "--status"])).starts_with("0 of "));
    };
}

#[test]
fn what_contradicts_itself_is_refused_before_anything_is_opened() {
    for typed in [
        &["create"][..],
        &["create", "--email", "a@b.cd", "--invite", "--password-stdin"],
        &["set-roles", "a@b.cd"],
        &["set-roles", "a@b.cd", "admin", "--none"],
        &["reset-password", "a@b.cd", "--mail", "--generate"],
        &["import"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let refused = crate::support::run(folder.path(), &[&["users"], typed].concat());
        assert_eq!(refused.status.code(), Some(2), "{typed:?}: {}", stderr(&refused));
    }
}
