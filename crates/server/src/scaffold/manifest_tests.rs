use super::*;

const FRESH: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n";

fn grown(text: &str) -> Result<String, Failure> {
    let mut manifest = Manifest::parse(text)?;
    manifest.add_dependencies(&EngineSource::Published, true)?;
    manifest.optimise()?;
    Ok(manifest.into_text())
}

#[test]
fn a_fresh_package_gets_everything_and_a_second_time_nothing() {
    let text = grown(FRESH).unwrap();
    assert!(text.starts_with(FRESH), "{text}");
    for line in [
        "axum = \"0.8\"",
        "tokio = { version = \"1\", features = [\"macros\", \"net\", \"rt-multi-thread\", \"signal\"] }",
        "[dev-dependencies]",
        "[profile.dev.package.\"*\"]",
        "[profile.dev.package.argon2-rust]",
    ] {
        assert!(text.lines().any(|known| known == line), "no {line} in\n{text}");
    }
    assert_eq!(grown(&text).unwrap(), text);
}

#[test]
fn what_stands_there_stays_with_its_comments_and_gets_the_missing_features_only() {
    let text = grown(
        "# of mine\n[package]\nname = \"shop\" # sells\nedition.workspace = true\n\n[dependencies]\n\
         tokio = \"1.40\" # runs\nmine = { path = \"../mine\" }\naxum = { version = \"0.8.1\", default-features = false }\n\
         serde_json.workspace = true\n\n[dependencies.tracing-subscriber]\nversion = \"0.3.1\"\nfeatures = [\"json\"]\n",
    )
    .unwrap();
    for line in [
        "# of mine",
        "name = \"shop\" # sells",
        "tokio = { version = \"1.40\", features = [\"macros\", \"net\", \"rt-multi-thread\", \"signal\"] } # runs",
        "mine = { path = \"../mine\" }",
        "axum = { version = \"0.8.1\", default-features = false , features = [\"http1\", \"json\", \"tokio\"] }",
        "serde_json.workspace = true",
        "features = [\"json\", \"env-filter\"]",
    ] {
        assert!(text.lines().any(|known| known == line), "no {line} in\n{text}");
    }
    assert_eq!(grown(&text).unwrap(), text);
    assert!(text.parse::<DocumentMut>().is_ok());
}

#[test]
fn full_features_and_decided_profiles_are_left_alone() {
    let text = grown(&format!(
        "{FRESH}tokio = {{ version = \"1\", features = [\"full\"] }}\n\n[profile.dev]\nopt-level = 2\n"
    ))
    .unwrap();
    assert!(text.contains("features = [\"full\"] }\n"), "{text}");
    assert!(!text.contains("profile.dev.package"), "{text}");
}

#[test]
fn line_ends_of_windows_stay() {
    let text = grown(&FRESH.replace('\n', "\r\n")).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

#[test]
fn versions_that_do_not_fit_are_told() {
    for (line, is_good) in [
        ("axum = \"0.7\"", false),
        ("axum = { version = \"=0.7.9\" }", false),
        ("axum = \"^0.8.1\"", true),
        ("axum = \"*\"", true),
        ("axum.workspace = true", true),
        ("tokio = \"0.2\"", false),
        ("tokio = \">=1.20, <2\"", true),
        ("horizon-auth = { path = \"../auth\" }", true),
        ("axum = 8", false),
        ("tokio = { version = \"1\", features = \"full\" }", false),
    ] {
        let grown = grown(&format!("{FRESH}{line}\n"));
        assert_eq!(grown.is_ok(), is_good, "{line}: {grown:?}");
    }
}

#[test]
fn packages_that_cannot_hold_the_engine_are_refused_with_the_fix() {
    for (text, fix) in [
        ("[workspace]\nmembers = [\"a\"]\n", "--path"),
        ("", "[package]"),
        ("[package]\nname = \"shop\"\n", "edition = \"2024\""),
        ("[package]\nname = \"axum\"\nedition = \"2024\"\n", "another name"),
    ] {
        let refused = Manifest::parse(text).unwrap().expect_program(true).unwrap_err();
        assert!(refused.to_string().contains(fix), "{refused}");
    }
    let library = Manifest::parse(FRESH).unwrap();
    assert!(
        library
            .expect_program(false)
            .unwrap_err()
            .to_string()
            .contains("src/main.rs")
    );
    assert!(
        Manifest::parse("[package")
            .unwrap_err()
            .to_string()
            .contains("line 1")
    );
}
