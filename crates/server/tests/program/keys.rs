//! `horizon-auth keys generate` and `keys list`.

use crate::support::{ANA, Installation, Running, files, mode, run, stderr, stdout};

#[test]
fn a_key_of_each_algorithm_is_made_and_its_private_half_is_the_owners_alone() {
    for algorithm in ["RS256", "ES256", "EdDSA", "eddsa"] {
        let folder = tempfile::tempdir().unwrap();
        let made = run(
            folder.path(),
            &["keys", "generate", "--algorithm", algorithm, "--out", "deep/keys"],
        );
        assert!(made.status.success(), "{}", stderr(&made));
        let out = folder.path().join("deep/keys");
        assert_eq!(mode(&out), 0o700);
        let [private, public] = files(&out).try_into().unwrap();
        assert_eq!(mode(&private), 0o600);
        assert_eq!(mode(&public) & 0o022, 0, "nobody else may change it");
        let [private_text, public_text] =
            [&private, &public].map(|file| std::fs::read_to_string(file).unwrap());
        assert!(private_text.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert!(public_text.starts_with("-----BEGIN PUBLIC KEY-----\n"));

        let said = stdout(&made);
        assert!(
            said.to_lowercase()
                .contains(&format!("made an {} key", algorithm.to_lowercase()))
        );
        for file in [&private, &public] {
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(said.contains(name), "{said}");
        }
        let secret = private_text.lines().nth(1).unwrap();
        assert!(!said.contains(secret) && !stderr(&made).contains(secret));
    }
}

#[test]
fn a_second_key_leaves_the_first_alone() {
    let folder = tempfile::tempdir().unwrap();
    let generate = || run(folder.path(), &["keys", "generate", "--algorithm", "ES256"]);
    assert!(generate().status.success());
    let first: Vec<_> = files(folder.path())
        .into_iter()
        .map(|file| (std::fs::read(&file).unwrap(), file))
        .collect();
    assert!(generate().status.success());
    assert_eq!(files(folder.path()).len(), 4);
    for (bytes, file) in first {
        assert_eq!(std::fs::read(&file).unwrap(), bytes);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("taken"), "a file").unwrap();
    let refused = run(
        folder.path(),
        &["keys", "generate", "--algorithm", "ES256", "--out", "taken"],
    );
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).starts_with("error: the folder taken cannot be made"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn the_list_tells_which_key_signs_and_since_when_it_is_published() {
    let installation = Installation::new("");
    let more = installation.run(&["keys", "generate", "--out", "extra"]);
    let kid = stdout(&more)
        .split("kid ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let public = files(&installation.path().join("extra")).pop().unwrap();
    let path = installation.path().join("horizon-auth.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let extra = format!("[jwt]\nextra_public_key_files = [{:?}]", public.to_str().unwrap());
    std::fs::write(&path, text.replace("[jwt]", &extra)).unwrap();

    let before = installation.run(&["keys", "list"]);
    assert!(before.status.success(), "{}", stderr(&before));
    assert_eq!(
        stdout(&before).matches("not published yet").count(),
        2,
        "{}",
        stdout(&before)
    );

    let mut running = installation.serve();
    running.terminate();
    running.wait();
    let after = stdout(&installation.run(&["keys", "list"]));
    assert_eq!(after.matches("published since 20").count(), 2, "{after}");
    let signs = after.lines().find(|line| line.contains("  signs   ")).unwrap();
    assert!(signs.contains("ES256") && signs.contains("256 bits"), "{signs}");
    let verifies = after.lines().find(|line| line.contains("  verifies  ")).unwrap();
    assert!(
        verifies.starts_with(&kid) && verifies.contains("RS256  2048 bits"),
        "{verifies}"
    );
}

/// An installation whose keys are changed in the database, and the text of its sealing key.
fn sealed() -> (Installation, String) {
    let installation = Installation::new("");
    let made = installation.run(&["keys", "generate", "--sealing", "--out", "sealing"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let file = installation.path().join("sealing/jwt-sealing.key");
    assert_eq!(mode(&file), 0o600);
    let text = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert!(!stdout(&made).contains(&text));
    let path = installation.path().join("horizon-auth.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let named = format!("[jwt]\nsealing_key_file = {:?}", file.to_str().unwrap());
    std::fs::write(&path, config.replace("[jwt]", &named)).unwrap();
    (installation, text)
}

/// The id of the key in a state.
fn kid(installation: &Installation, state: &str) -> String {
    let list = stdout(&installation.run(&["keys", "list"]));
    let line = list.lines().find(|line| line.contains(&format!("  {state} ")));
    let line = line.unwrap_or_else(|| panic!("no {state} key in:\n{list}"));
    line.split(' ').next().unwrap().to_owned()
}

fn published(running: &Running) -> usize {
    let set = running.get("/.well-known/jwks.json", "").json();
    set["keys"].as_array().unwrap().len()
}

#[test]
fn keys_are_rotated_and_revoked_beside_a_running_server() {
    let (installation, sealing) = sealed();
    let running = installation.serve();
    let ana = running.post("/auth/register", "", ANA);
    let bearer = format!("authorization: Bearer {}\r\n", ana.access_token());
    let active = kid(&installation, "active");

    let rotated = installation.run(&["keys", "rotate", "--algorithm", "EdDSA"]);
    assert!(rotated.status.success(), "{}", stderr(&rotated));
    let said = stdout(&rotated);
    assert!(
        said.starts_with("published the EdDSA key ") && said.contains("; it signs from 20"),
        "{said}"
    );
    assert!(said.contains("in effect on the running server"), "{said}");
    assert_eq!(published(&running), 2, "in force when the command returns");
    let next = kid(&installation, "next");

    for (arguments, complaint) in [
        (&["keys", "rotate"][..], "waits already and signs from 20"),
        (&["keys", "retire", &active], "keys rotate` replaces it"),
        (&["keys", "retire", "nobody"], "keys list` shows those there are"),
    ] {
        let refused = installation.run(arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(stderr(&refused).contains(complaint), "{}", stderr(&refused));
    }

    let revoked = installation.run(&["keys", "revoke", &active]);
    assert!(revoked.status.success(), "{}", stderr(&revoked));
    assert!(stdout(&revoked).contains(&format!("; {next} signs; in effect on the running server")));
    assert_eq!(running.get("/auth/profile", &bearer).status(), 401);
    assert_eq!(published(&running), 1);
    let refreshed = running.post("/auth/refresh", &format!("cookie: {}\r\n", ana.cookie()), "");
    assert_eq!(refreshed.status(), 200, "nobody is logged out: {refreshed:?}");
    let bearer = format!("authorization: Bearer {}\r\n", refreshed.access_token());
    assert_eq!(running.get("/auth/profile", &bearer).status(), 200);
    assert_eq!(
        (kid(&installation, "revoked"), kid(&installation, "active")),
        (active, next)
    );

    assert!(!running.log().contains(&sealing) && !running.log().contains("PRIVATE KEY"));
    for file in files(installation.path()).iter().filter(|file| file.is_file()) {
        let bytes = std::fs::read(file).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds(&sealing) && !holds("PRIVATE KEY"), "{}", file.display());
    }
}

#[test]
fn without_a_sealing_key_a_rotation_is_refused_and_the_fix_named() {
    let installation = Installation::new("");
    assert!(installation.run(&["migrate"]).status.success());
    let refused = installation.run(&["keys", "rotate"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    assert!(
        said.contains("jwt.sealing_key_file is missing") && said.contains("keys generate --sealing"),
        "{said}"
    );
}

#[test]
fn a_drill_rehearses_the_whole_change_and_leaves_the_database_alone() {
    let installation = Installation::new("");
    let before = files(installation.path());

    let drill = installation.run(&["keys", "rotate", "--drill"]);

    let said = stdout(&drill);
    assert!(drill.status.success(), "{said}{}", stderr(&drill));
    for step in [
        "is next",
        "is active",
        "is retiring",
        "is gone",
        " 0 refusals of a valid token, 0 tokens",
    ] {
        assert!(said.contains(step), "{step} in:\n{said}");
    }
    assert_eq!(files(installation.path()), before);
}
