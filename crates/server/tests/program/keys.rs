//! `horizon-auth keys generate` and `keys list`.

use crate::support::{Installation, files, mode, run, stderr, stdout};

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
