//! `users export`: what it writes can be imported, and hashes go into a private file only.

use horizon_auth_testkit::both_engines;

use super::*;
use crate::support::mode;

both_engines! {
    an_export_with_hashes_brings_everybody_to_another_installation => |kind| async move {
        let old = Site::new(kind).await;
        old.create("Ana@Example.com");
        old.create("bob@example.com");
        old.said(&["set-roles", "bob@example.com", "--none"]);
        old.said(&["disable", "bob@example.com"]);
        old.said(&["create", "--email", "eve@example.com", "--invite", "--name", "Eve, \"the\" = first", "--locale", "de"]);
        for name in ["all.jsonl", "all.csv"] {
            let said = old.said(&["export", "--with-hashes", "--out", name]);
            assert_eq!(said, format!("exported 3 accounts to {name}\n"));
            assert_eq!(mode(&old.installation.path().join(name)), 0o600);
            let new = Site::new(kind).await;
            new.write(name, &old.read(name));

            assert_eq!(new.said(&["import", name]), "3 imported, 0 already there, 0 refused\n");

            assert_eq!(new.said(&["export"]), old.said(&["export"]), "{name}");
            assert_eq!(new.said(&["export", "--format", "csv"]), old.said(&["export", "--format", "csv"]));
            let running = new.installation.serve();
            assert_eq!(login(&running, "ana@example.com", PASSWORD).status(), 200, "{name}");
            assert_eq!(login(&running, "bob@example.com", PASSWORD).status(), 401, "still switched off");
            drop(running);
            new.said(&["enable", "bob@example.com"]);
            let running = new.installation.serve();
            assert_eq!(login(&running, "bob@example.com", PASSWORD).status(), 200, "{name}");
        }
        let events = "SELECT COUNT(*) FROM audit_events WHERE event = 'hashes_exported'";
        assert_eq!(old.database.number(events).await, 2);
    };

    hashes_are_never_written_where_others_could_read_them => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");
        site.write("old.jsonl", "precious");

        let shown = site.refusal(&["export", "--with-hashes"]);
        let over = site.refusal(&["export", "--with-hashes", "--out", "old.jsonl"]);
        let device = site.refusal(&["export", "--with-hashes", "--out", "/dev/stdout", "--format", "csv"]);

        assert!(shown.contains("--with-hashes needs --out FILE"), "{shown}");
        assert!(over.contains("old.jsonl exists"), "{over}");
        assert!(device.contains("/dev/stdout exists"), "{device}");
        assert_eq!(site.read("old.jsonl"), "precious");
        let events = "SELECT COUNT(*) FROM audit_events WHERE event = 'hashes_exported'";
        assert_eq!(site.database.number(events).await, 0, "nothing was exported");
    };

    an_export_without_hashes_has_none_and_goes_anywhere => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");

        let lines = site.said(&["export"]);
        let said = site.json(&["export", "--out", "all.csv"]);

        let ana: Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(ana["email"], "ana@example.com");
        assert_eq!((&said["exported"], &said["file"]), (&1.into(), &"all.csv".into()));
        let sheet = site.read("all.csv");
        assert!(sheet.starts_with("id,email,emailVerified,fullName,roles,locale,createdAt,disabled\n"), "{sheet}");
        assert!(!lines.contains("argon2") && !sheet.contains("argon2"));
        assert_eq!(mode(&site.installation.path().join("all.csv")), 0o600);
    };
}
