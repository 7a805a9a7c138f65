//! `users import`: what is read, what is refused, and that it can always be run again.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Instant;

use horizon_auth_testkit::both_engines;

use super::*;
use crate::support::{PATIENCE, mode};

/// JSON lines of accounts with these numbers.
fn people(numbers: std::ops::Range<u32>) -> String {
    let line = |number| {
        serde_json::json!({ "email": format!("person{number}@example.com"), "passwordHash": BCRYPT })
            .to_string()
            + "\n"
    };
    numbers.map(line).collect()
}

/// An import from a pipe, so that a test decides how far it gets.
struct Piped {
    child: Child,
    pipe: std::fs::File,
}

impl Piped {
    fn start(site: &Site) -> Self {
        let path: PathBuf = site.installation.path().join("pipe.jsonl");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let child = program(site.installation.path())
            .args(["users", "import", "pipe.jsonl"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let pipe = OpenOptions::new().write(true).open(path).unwrap(); // when the program has opened it too
        Self { child, pipe }
    }

    fn write(&mut self, text: &str) {
        self.pipe.write_all(text.as_bytes()).unwrap();
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(
            Command::new("bash")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    }

    fn end(self) -> Output {
        drop(self.pipe);
        self.child.wait_with_output().unwrap()
    }
}

/// Waits until so many accounts are there for everybody to see.
async fn until(site: &Site, count: i64) {
    let start = Instant::now();
    while site.database.number("SELECT COUNT(*) FROM users").await < count {
        assert!(start.elapsed() < PATIENCE, "the accounts do not come");
    }
}

async fn is_whole(site: &Site, count: i64) {
    for table in [
        "SELECT COUNT(*) FROM users",
        "SELECT COUNT(*) FROM passwords",
        "SELECT COUNT(*) FROM user_roles",
        "SELECT COUNT(*) FROM audit_events WHERE event = 'account_imported'",
    ] {
        assert_eq!(site.database.number(table).await, count, "{table}");
    }
}

both_engines! {
    imported_people_log_in_with_the_passwords_they_had => |kind| async move {
        let site = Site::new(kind).await;
        let id = "0192d3a0-0000-4000-8000-000000000001";
        let full = serde_json::json!({
            "id": id, "email": "Ana@Example.com", "emailVerified": true, "fullName": " Ana ", "roles": ["admin"],
            "passwordHash": BCRYPT, "locale": "de", "createdAt": "2020-01-15T11:30:00+01:00", "disabled": false,
        });
        site.write("a.jsonl", &format!("\u{feff}{full}\r\n\r\n{{\"email\":\"bob@example.com\",\"disabled\":true}}"));

        assert_eq!(site.said(&["import", "a.jsonl"]), "2 imported, 0 already there, 0 refused\n");

        let ana = site.json(&["show", id]);
        assert_eq!(ana["email"], "Ana@Example.com");
        assert_eq!((&ana["createdAt"], &ana["fullName"]), (&"2020-01-15T10:30:00.000Z".into(), &"Ana".into()));
        assert_eq!((&ana["roles"], &ana["locale"]), (&serde_json::json!(["admin"]), &"de".into()));
        let bob = site.json(&["show", "bob@example.com"]);
        assert_eq!((&bob["disabled"], &bob["roles"]), (&true.into(), &serde_json::json!(["user"])));
        let running = site.installation.serve();
        assert_eq!(login(&running, "ana@example.com", "U*U").status(), 200);
        assert_eq!(login(&running, "ana@example.com", "U*V").status(), 401);
    };

    ten_thousand_accounts_stream_through => |kind| async move {
        let site = Site::new(kind).await;
        let mut import = Piped::start(&site);

        import.write(&people(0..600));
        until(&site, 500).await; // before the rest has been written
        import.write(&people(600..10_000));
        let output = import.end();

        assert_eq!(stdout(&output), "10000 imported, 0 already there, 0 refused\n", "{}", stderr(&output));
        is_whole(&site, 10_000).await;
    };

    an_import_that_was_killed_is_finished_by_the_next_one => |kind| async move {
        let site = Site::new(kind).await;
        let mut import = Piped::start(&site);
        import.write(&people(0..700));
        until(&site, 500).await;
        import.signal("KILL");
        assert!(!import.end().status.success());
        is_whole(&site, 500).await;

        site.write("all.jsonl", &people(0..1200));
        assert_eq!(site.said(&["import", "all.jsonl"]), "700 imported, 500 already there, 0 refused\n");

        is_whole(&site, 1200).await;
        assert_eq!(site.said(&["import", "all.jsonl"]), "0 imported, 1200 already there, 0 refused\n");
        is_whole(&site, 1200).await;
    };

    an_import_that_is_interrupted_stops_between_two_batches_and_says_where => |kind| async move {
        let site = Site::new(kind).await;
        let mut import = Piped::start(&site);
        import.write(&people(0..600));
        until(&site, 500).await;
        import.signal("INT");
        // It hears of that at some time; the file goes on until then.
        let more = people(600..1100);
        let fed = (0..1000).take_while(|_| import.pipe.write_all(more.as_bytes()).is_ok()).count();
        assert!(fed < 1000, "it does not stop");
        let output = import.end();

        assert_eq!(output.status.code(), Some(1));
        let complaint = stderr(&output);
        assert!(complaint.starts_with("error: stopped before line "), "{complaint}");
        let count = site.database.number("SELECT COUNT(*) FROM users").await;
        assert!([500, 1000, 1100].contains(&count), "whole batches of lines: {count}");
        assert!(complaint.contains(&format!("interrupted\n{count} imported, ")), "{complaint}");
        is_whole(&site, count).await;
    };

    an_account_that_exists_is_left_alone => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");
        let before = site.json(&["show", "ana@example.com"]);
        let changed = serde_json::json!({
            "email": "ANA@example.com", "roles": ["admin"], "passwordHash": BCRYPT, "disabled": true,
        });
        site.write("a.jsonl", &changed.to_string());

        let tally = site.json(&["import", "a.jsonl"]);

        assert_eq!((&tally["imported"], &tally["alreadyThere"]), (&0.into(), &1.into()));
        assert_eq!(site.json(&["show", "ana@example.com"]), before);
        assert!(!site.database.dump().await.contains(BCRYPT));
    };

    every_refused_line_is_reported_by_number_field_and_rule_and_never_with_its_hash => |kind| async move {
        let site = Site::new(kind).await;
        site.create("ana@example.com");
        let known = site.json(&["show", "ana@example.com"]);
        let lines = [
            r#"{"email":"a@b.cd","emial":"x"}"#.to_owned(),
            r#"{"email":"nobody"}"#.to_owned(),
            format!(r#"["{BCRYPT}"]"#),
            format!(r#"{{"email":"a@b.cd","passwordHash":"{BCRYPT}"#),
            format!(r#"{{"email":"a@b.cd","{BCRYPT}":1}}"#),
            r#"{"email":"a@b.cd","passwordHash":"$1$canary$hash"}"#.to_owned(),
            format!(r#"{{"email":"a@b.cd","fullName":"{}"}}"#, "x".repeat(70_000)),
            format!(r#"{{"email":"a@b.cd","id":{}}}"#, known["id"]),
            r#"{"fullName":"Nobody"}"#.to_owned(),
            r#"{"email":"fine@example.com"}"#.to_owned(),
            r#"{"email":"a@b.cd","email":"c@d.ef"}"#.to_owned(),
        ];
        site.write("a.jsonl", &lines.join("\n"));

        let dry = site.users(&["import", "a.jsonl", "--dry-run"]);
        let output = site.users(&["import", "a.jsonl", "--rejects", "rejects.jsonl"]);

        assert_eq!(stdout(&dry), "1 would be imported, 0 already there, 10 refused\n");
        assert_eq!(stdout(&output), "1 imported, 0 already there, 10 refused\n");
        assert_eq!((dry.status.code(), output.status.code()), (Some(1), Some(1)));
        let complaint = stderr(&output);
        let expected = [
            "line 1: must not have the unknown field \"emial\"; did you mean \"email\"?",
            "line 2: email: must be a valid address such as ana@example.com",
            "line 3: must be one JSON object",
            "line 4: must be one JSON object",
            "line 5: must have no fields but id, email, emailVerified, fullName, roles, passwordHash, locale, \
             createdAt, disabled",
            "line 6: passwordHash: not a hash that is understood here",
            "line 7: must be at most 64 KiB long",
            "line 8: id: belongs to another account",
            "line 9: email: must be given",
            "line 11: email: must be there once",
            "error: 10 lines were refused; correct them and import the file again",
        ];
        assert_eq!(complaint.lines().collect::<Vec<_>>(), expected);
        let rejects = site.read("rejects.jsonl");
        assert_eq!(mode(&site.installation.path().join("rejects.jsonl")), 0o600);
        let second: Value = serde_json::from_str(rejects.lines().nth(1).unwrap()).unwrap();
        assert_eq!(
            second,
            serde_json::json!({ "line": 2, "field": "email", "rule": "must be a valid address such as ana@example.com" })
        );
        assert_eq!(rejects.lines().count(), 10);
        for secret in [BCRYPT, "canary"] {
            assert!(!complaint.contains(secret) && !rejects.contains(secret) && !stderr(&dry).contains(secret));
        }
        let again = site.refusal(&["import", "a.jsonl", "--rejects", "rejects.jsonl"]);
        assert!(again.contains("rejects.jsonl exists"), "{again}");
    };

    a_dry_run_leaves_nothing_behind => |kind| async move {
        let site = Site::new(kind).await;
        site.create("person3@example.com");
        site.write("a.jsonl", &people(0..1100));

        let said = site.said(&["import", "a.jsonl", "--dry-run"]);

        assert_eq!(said, "1099 would be imported, 1 already there, 0 refused\n");
        assert_eq!(site.database.number("SELECT COUNT(*) FROM users").await, 1);
        assert_eq!(site.database.number("SELECT COUNT(*) FROM audit_events WHERE event = 'account_imported'").await, 0);
    };

    csv_is_read_by_the_names_of_its_columns => |kind| async move {
        let site = Site::new(kind).await;
        site.write(
            "a.csv",
            "\u{feff}roles,fullName,email,disabled\r\nadmin editor,\"Díaz, Ana \"\"A\"\"\",ana@example.com,false\r\n\
             ,,bob@example.com,true\r\nx,y,z\r\n,\"open,eve@example.com,\r\n,,eve@example.com,yes\r\n",
        );

        let output = site.users(&["import", "a.csv"]);

        assert_eq!(stdout(&output), "2 imported, 0 already there, 3 refused\n");
        let complaint = stderr(&output);
        assert!(complaint.contains("line 4: must have as many columns as the first one\n"), "{complaint}");
        assert!(complaint.contains("line 5: must end every quotation that it begins\n"), "{complaint}");
        assert!(complaint.contains("line 6: disabled: must be true or false\n"), "{complaint}");
        let ana = site.json(&["show", "ana@example.com"]);
        assert_eq!(ana["fullName"], "Díaz, Ana \"A\"");
        assert_eq!(ana["roles"], serde_json::json!(["admin", "editor"]));
        let bob = site.json(&["show", "bob@example.com"]);
        assert_eq!((&bob["roles"], &bob["disabled"]), (&serde_json::json!([]), &true.into()));
    };

    a_file_that_cannot_be_meant_is_refused_as_a_whole => |kind| async move {
        let site = Site::new(kind).await;
        site.write("empty.csv", "\n");
        site.write("headless.csv", &format!("ana@example.com,{BCRYPT}\n"));
        site.write("misspelt.csv", "e-mail\nana@example.com\n");
        site.write("nameless.csv", "fullName\nAna\n");
        site.write("a.txt", "");
        for (file, expected) in [
            ("empty.csv", "the file is empty"),
            ("headless.csv", "line 1, which must name the columns: line: must have no fields but id, email"),
            ("misspelt.csv", "unknown field \"e-mail\"; did you mean \"email\"?; nothing was imported"),
            ("nameless.csv", "email: must be one of the columns"),
            ("a.txt", "--format jsonl or --format csv"),
            ("none.csv", "none.csv cannot be read"),
        ] {
            let complaint = site.refusal(&["import", file]);
            assert!(complaint.contains(expected), "{file}: {complaint}");
            assert!(!complaint.contains(BCRYPT), "{complaint}");
        }
        assert_eq!(site.said(&["import", "a.txt", "--format", "jsonl"]), "0 imported, 0 already there, 0 refused\n");
    };
}
