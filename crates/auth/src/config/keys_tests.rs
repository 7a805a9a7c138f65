use std::path::PathBuf;

use super::super::{Config, ConfigErrors, Sources};

const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n";

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let _ = mode;
        path
    }

    fn load(&self, jwt: &str, env: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
        let toml = format!("[database]\nurl = \"sqlite:a.db\"\n[jwt]\n{jwt}\n");
        Config::load(Sources {
            file: Some(("horizon-auth.toml", &toml)),
            env: env
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            base_dir: self.0.path().to_owned(),
        })
    }

    fn problem(&self, jwt: &str, env: &[(&str, &str)]) -> String {
        let errors = self.load(jwt, env).unwrap_err();
        assert_eq!(errors.problems().len(), 1, "{errors}");
        assert!(!errors.to_string().contains("hush"));
        errors.to_string()
    }
}

#[test]
fn key_files_are_read_relative_to_the_base_directory() {
    let files = Files::new();
    files.write("private.pem", PRIVATE, 0o600);
    files.write("public.pem", PUBLIC, 0o644);
    let config = files
        .load(
            "private_key_file = \"private.pem\"\npublic_key_file = \"public.pem\"\nextra_public_key_files = [\"public.pem\"]",
            &[],
        )
        .unwrap();
    assert!(config.has_signing_key());
    assert_eq!(config.keys.private_key.unwrap().reveal(), PRIVATE);
    assert_eq!(config.keys.public_key.unwrap(), PUBLIC);
    assert_eq!(config.keys.extra_public_keys, [PUBLIC]);
}

#[test]
fn keys_may_come_from_the_environment_as_text_or_file() {
    let files = Files::new();
    let path = files.write("private.pem", PRIVATE, 0o400);
    let config = files
        .load(
            "",
            &[
                ("JWT_PRIVATE_KEY_PATH", path.to_str().unwrap()),
                ("JWT_PUBLIC_KEY", PUBLIC),
            ],
        )
        .unwrap();
    assert_eq!(config.keys.private_key.unwrap().reveal(), PRIVATE);
    assert_eq!(config.keys.public_key.unwrap(), PUBLIC);
}

#[cfg(unix)]
#[test]
fn a_private_key_that_others_may_access_is_refused_with_the_command_that_mends_it() {
    let files = Files::new();
    for mode in [0o604, 0o620, 0o644, 0o777] {
        let path = files.write("private.pem", PRIVATE, mode);
        let line = files.problem("private_key_file = \"private.pem\"", &[]);
        assert!(line.starts_with("jwt.private_key_file names "), "{line}");
        assert!(
            line.contains(&format!("run: chmod 600 {};", path.display())),
            "{line}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_secret_may_be_read_by_a_group_only_if_it_belongs_to_root() {
    for (owner, mode, lets_in) in [
        (0, 0o600, false),
        (0, 0o440, false),
        (0, 0o640, false),
        (0, 0o660, true),
        (0, 0o644, true),
        (0, 0o610, true),
        (1000, 0o600, false),
        (1000, 0o440, true),
        (1000, 0o640, true),
    ] {
        assert_eq!(super::lets_others_in(owner, mode), lets_in, "{owner} {mode:o}");
    }
    let files = Files::new();
    let path = files.write("private.pem", PRIVATE, 0o640);
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(path).unwrap());
    let read = files.load("private_key_file = \"private.pem\"", &[]);
    assert_eq!(read.is_ok(), owner == 0, "{owner}");
}

#[test]
fn a_secret_in_a_file_counts_as_its_setting() {
    let files = Files::new();
    files.write("url", "postgres://ana:hush@db/auth\n", 0o600);
    files.write("password", "hush hush \n", 0o600);
    let env = [
        ("DATABASE_URL_FILE", "url"),
        ("REDIS_HOST", "redis"),
        ("HORIZON_AUTH__REDIS__PASSWORD_FILE", "password"),
        ("MAIL_TRANSPORT", "smtp"),
        ("MAIL_FROM", "auth@example.com"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()));
    files.write("smtp", "smtps://ana:hush@mail.example.com", 0o600);
    let mut env = env.to_vec();
    env.push(("SMTP_URL_FILE".to_owned(), "smtp".to_owned()));
    let config = Config::load(Sources {
        env,
        base_dir: files.0.path().to_owned(),
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(config.database.url.reveal(), "postgres://ana:hush@db/auth");
    assert_eq!(config.redis.unwrap().password.unwrap().reveal(), "hush hush");
}

#[test]
fn a_file_of_a_secret_that_is_unfit_is_one_problem_and_names_no_secret() {
    let files = Files::new();
    let problem = |env: &[(&str, &str)]| {
        let loaded = Config::load(Sources {
            env: env
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            base_dir: files.0.path().to_owned(),
            ..Sources::default()
        });
        let errors = loaded.unwrap_err();
        assert_eq!(errors.problems().len(), 1, "{errors}");
        assert!(!errors.to_string().contains("hush"), "{errors}");
        errors.to_string()
    };
    files.write("url", "mysql://ana:hush@db/auth", 0o600);
    let line = problem(&[("DATABASE_URL_FILE", "url")]);
    assert!(line.starts_with("database.url_file names "), "{line}");
    assert!(
        line.contains(
            "whose content is not the URL of a known database (environment variable DATABASE_URL_FILE)"
        ),
        "{line}"
    );
    let line = problem(&[("DATABASE_URL_FILE", "gone")]);
    assert!(line.contains("cannot be read"), "{line}");
    let line = problem(&[("DATABASE_URL_FILE", "url"), ("DATABASE_URL", "sqlite:a.db")]);
    assert!(line.contains("is given as well as database.url"), "{line}");
}

#[test]
fn a_key_file_that_cannot_be_read_is_named_with_its_setting() {
    let files = Files::new();
    for setting in ["private_key_file", "public_key_file"] {
        let line = files.problem(&format!("{setting} = \"gone.pem\""), &[]);
        assert!(line.starts_with(&format!("jwt.{setting} names ")), "{line}");
        assert!(
            line.contains("gone.pem") && line.contains("cannot be read"),
            "{line}"
        );
        assert!(
            files
                .problem(&format!("{setting} = \".\""), &[])
                .contains("not a file")
        );
    }
    let errors = files
        .load("extra_public_key_files = [\"a.pem\", \"b.pem\"]", &[])
        .unwrap_err();
    assert_eq!(errors.problems().len(), 2, "{errors}");
}

#[test]
fn a_key_file_is_text_of_a_sensible_size() {
    let files = Files::new();
    files.write("der", [0x30, 0x82, 0xff], 0o600);
    files.write("empty", "\n", 0o600);
    files.write("large", "x".repeat(65 * 1024), 0o600);
    for name in ["der", "empty", "large"] {
        let line = files.problem(&format!("private_key_file = \"{name}\""), &[]);
        assert!(line.starts_with("jwt.private_key_file names "), "{line}");
    }
}

#[test]
fn a_private_key_is_not_taken_for_a_public_one() {
    let files = Files::new();
    files.write("private.pem", PRIVATE, 0o600);
    assert!(
        files
            .problem("public_key_file = \"private.pem\"", &[])
            .contains("holds a private key")
    );
    assert!(
        files
            .problem("extra_public_key_files = [\"private.pem\"]", &[])
            .contains("holds a private key")
    );
    assert!(
        files
            .problem("", &[("JWT_PUBLIC_KEY", PRIVATE)])
            .contains("holds a private key")
    );
}

#[test]
fn a_key_comes_from_one_place() {
    let files = Files::new();
    let path = files.write("private.pem", PRIVATE, 0o600);
    let path = path.to_str().unwrap();
    let line = files.problem(
        "private_key_file = \"private.pem\"",
        &[("JWT_PRIVATE_KEY", PRIVATE)],
    );
    assert!(
        line.contains("given as well as jwt.private_key (environment variable JWT_PRIVATE_KEY)"),
        "{line}"
    );
    let line = files.problem(
        "",
        &[
            ("JWT_PRIVATE_KEY_FILE", path),
            ("JWT_PRIVATE_KEY_PATH", "other.pem"),
        ],
    );
    assert!(line.contains("differs from JWT_PRIVATE_KEY_FILE"), "{line}");
    assert!(
        files
            .load(
                "",
                &[("JWT_PRIVATE_KEY_FILE", path), ("JWT_PRIVATE_KEY_PATH", path)]
            )
            .is_ok()
    );
}

const SEALING: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

#[test]
fn a_sealing_key_may_stand_in_a_setting_or_a_file_that_is_its_owners_alone() {
    let files = Files::new();
    files.write("sealing", format!("# note\n{SEALING}\n"), 0o600);
    for jwt in [
        format!("sealing_key = \"{SEALING}\""),
        "sealing_key_file = \"sealing\"".to_owned(),
    ] {
        let config = files.load(&jwt, &[]).unwrap();
        assert!(
            config.has_signing_key() && !config.keys.sealing_keys.is_empty(),
            "{jwt}"
        );
        assert!(!format!("{config:?}").contains(SEALING));
    }
    assert!(files.load("", &[]).unwrap().keys.sealing_keys.is_empty());

    let both = format!("sealing_key = \"{SEALING}\"\nsealing_key_file = \"sealing\"");
    assert!(
        files
            .problem(&both, &[])
            .contains("given as well as jwt.sealing_key")
    );
    files.write("hush", "hush\n", 0o600);
    for jwt in ["sealing_key = \"hush\"", "sealing_key_file = \"hush\""] {
        let errors = files.load(jwt, &[]).unwrap_err().to_string();
        assert!(errors.contains("is not base64 of 32 bytes"), "{errors}");
    }
    #[cfg(unix)]
    {
        files.write("open", SEALING, 0o644);
        let line = files.problem("sealing_key_file = \"open\"", &[]);
        assert!(line.contains("run: chmod 600 "), "{line}");
    }
}

#[test]
fn keys_that_change_by_themselves_need_a_sealing_key() {
    let files = Files::new();
    let line = files.problem("rotation_period = \"90d\"", &[]);
    assert!(
        line.starts_with("jwt.rotation_period ") && line.contains("keys generate --sealing"),
        "{line}"
    );
    let given = format!("rotation_period = \"90d\"\nsealing_key = \"{SEALING}\"");
    let config = files.load(&given, &[]).unwrap();
    let period = std::time::Duration::from_secs(90 * 24 * 3600);
    assert_eq!(config.policy.keys.rotation_period, Some(period));
}

#[test]
fn whoever_signs_is_told_of_a_missing_key_with_everything_else_that_is_wrong() {
    let load = |text: &str| {
        Config::load_to_serve(Sources {
            file: Some(("horizon-auth.toml", text)),
            ..Sources::default()
        })
    };
    let errors = load("colour = 1\n").unwrap_err();
    let settings: Vec<_> = errors.problems().iter().map(|problem| &problem.setting).collect();
    assert_eq!(settings, ["colour", "jwt.private_key_file", "database.url"]);
    assert_eq!(
        errors.problems()[1].to_string(),
        "jwt.private_key_file is missing (not set): name the PEM file of the key that signs; \
         make one with: horizon-auth keys generate"
    );

    // One that cannot be read is one error, not two.
    let errors =
        load("[database]\nurl = \"sqlite:a.db\"\n[jwt]\nprivate_key_file = \"none.pem\"\n").unwrap_err();
    assert_eq!(errors.problems().len(), 1, "{errors}");
    assert!(Config::from_toml("[database]\nurl = \"sqlite:a.db\"\n").is_ok());
}
