use horizon_auth_core::domain::policy::{BreachCheck, VerificationProof};

use super::tests::{MAILER, problem, with};

const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const EIGHTS: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";

fn hashing(lines: &str) -> String {
    format!("[hashing]\n{lines}")
}

#[test]
fn peppers_may_stand_in_a_setting() {
    let config = with(&hashing(&format!("pepper = \"2:{EIGHTS},1:{SEVENS}\""))).unwrap();
    assert_eq!(config.peppers.current(), Some(2));
    assert!(!format!("{config:?}").contains("CAgI"));
    assert_eq!(with("").unwrap().peppers.current(), None);
}

#[test]
fn an_unusable_pepper_is_reported_without_a_word_of_it() {
    for text in ["", "hush", "1:hush", "0:aHVzaA==", "x:hush", "1:aHVzaA=="] {
        let line = problem(with(&hashing(&format!("pepper = \"{text}\""))));
        assert!(line.starts_with("hashing.pepper "), "{line}");
        assert!(!line.contains("hush") && !line.contains("aHVz"), "{line}");
    }
}

#[test]
fn a_pepper_file_is_read_and_believed_only_if_it_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pepper");
    let named = hashing(&format!("pepper_file = {:?}", file.to_str().unwrap()));
    assert!(problem(with(&named)).contains("cannot be read"));
    let mut mode = 0o600;
    for (text, part) in [
        (format!("# newest first\n2:{EIGHTS}\n1:{SEVENS}\n"), None),
        (format!("2:{EIGHTS}\n2:{SEVENS}\n"), Some("same version")),
        ("2:hush\n".to_owned(), Some("keys pepper --out FILE")),
        (" \n".to_owned(), Some("empty")),
        (format!("2:{EIGHTS}\n"), Some("chmod 600")),
    ] {
        std::fs::write(&file, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            mode = if part == Some("chmod 600") { 0o644 } else { mode };
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        match part {
            None => assert_eq!(with(&named).unwrap().peppers.current(), Some(2)),
            Some("chmod 600") if mode == 0o600 => {} // only Unix knows owners this way
            Some(part) => {
                let line = problem(with(&named));
                assert!(line.starts_with("hashing.pepper_file names "), "{line}");
                assert!(line.contains(part) && !line.contains("hush"), "{line}");
            }
        }
    }
}

#[test]
fn peppers_come_from_one_place() {
    let both = hashing(&format!("pepper = \"1:{SEVENS}\"\npepper_file = \"pepper\""));
    let errors = with(&both).unwrap_err().to_string();
    assert!(errors.contains("hashing.pepper_file"), "{errors}");
    assert!(!errors.contains("Bwc"));
}

#[test]
fn the_blocklist_is_on_in_production_and_names_the_product() {
    let production = format!(
        "environment = \"production\"\npublic_url = \"https://a.example\"\n{MAILER}\nproduct = \"Acme Mail\""
    );
    let policy = with(&production).unwrap().policy;
    assert!(policy.blocklist);
    assert_eq!(policy.context_words, ["acme mail"]);
    assert!(!with("").unwrap().policy.blocklist);
    let off = with(&format!("{production}\n[password]\nblocklist = \"off\"")).unwrap();
    assert!(!off.policy.blocklist);
    let on = with("[password]\nblocklist = \"common\"\ncontext_words = [\"Blue Whale\"]").unwrap();
    assert!(on.policy.blocklist);
    assert_eq!(on.policy.context_words, ["blue whale", "horizon auth"]);
}

#[test]
fn a_link_alone_verifies_nobody_in_production_unless_that_is_wanted() {
    let production = format!("environment = \"production\"\npublic_url = \"https://a.example\"\n{MAILER}");
    let proof = |toml: &str| with(toml).unwrap().policy.verification_proof;
    assert_eq!(proof(&production), VerificationProof::Password);
    assert_eq!(proof(""), VerificationProof::Link);
    let link = "[registration]\nverification_proof = \"link\"";
    assert_eq!(proof(&format!("{production}\n{link}")), VerificationProof::Link);
    let password = "[registration]\nverification_proof = \"password\"";
    assert_eq!(proof(password), VerificationProof::Password);
}

#[cfg(feature = "breaches")]
#[test]
fn the_breach_check_is_off_open_or_closed() {
    for (word, expected) in [
        ("off", BreachCheck::Off),
        ("open", BreachCheck::FailOpen),
        ("closed", BreachCheck::FailClosed),
    ] {
        let config = with(&format!("[password]\nbreach_check = \"{word}\"")).unwrap();
        assert_eq!(config.policy.breach_check, expected);
    }
}

#[cfg(feature = "breaches")]
#[test]
fn production_asks_for_breaches_over_https_or_on_the_same_machine() {
    let asked_at = |url: &str| {
        with(&format!(
            "environment = \"production\"\npublic_url = \"https://a.example\"\n{MAILER}\n\
             [password]\nbreach_check = \"open\"\nbreach_url = \"{url}\""
        ))
    };
    for url in [
        "https://list.example",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "http://localhost:8080",
    ] {
        assert!(asked_at(url).is_ok(), "{url}");
    }
    for url in [
        "http://list.example",
        "http://192.0.2.1",
        "http://localhost.example",
    ] {
        let line = problem(asked_at(url));
        assert!(line.starts_with("password.breach_url is not https"), "{line}");
    }
}

#[cfg(not(feature = "breaches"))]
#[test]
fn a_check_that_was_not_built_in_is_refused_rather_than_left_out() {
    for word in ["open", "closed"] {
        let line = problem(with(&format!("[password]\nbreach_check = \"{word}\"")));
        assert!(line.starts_with("password.breach_check is "), "{line}");
        assert!(line.contains("feature `breaches`"), "{line}");
    }
    let off = with("[password]\nbreach_check = \"off\"").unwrap();
    assert_eq!(off.policy.breach_check, BreachCheck::Off);
}

#[test]
fn foreign_hashes_are_wanted_only_where_they_can_be_computed() {
    let result = with(&hashing("foreign_migration = true"));
    if cfg!(any(feature = "pbkdf2", feature = "scrypt")) {
        assert!(result.unwrap().hashing.foreign);
    } else {
        let line = problem(result);
        assert!(line.starts_with("hashing.foreign_migration is true"), "{line}");
    }
}
