use std::collections::BTreeSet;

use super::*;

#[test]
fn names_and_variables_are_unique() {
    let mut names = BTreeSet::new();
    for setting in SETTINGS.iter() {
        assert!(names.insert(setting.variable()), "{}", setting.path);
        assert!(setting.about.ends_with('.'), "{}", setting.path);
        assert_eq!(find_setting(setting.path).unwrap().path, setting.path);
        for alias in setting.aliases {
            assert!(names.insert(alias.name.to_owned()), "{}", alias.name);
        }
    }
}

#[cfg(all(feature = "http", feature = "redis"))]
fn with(variable: &str, text: &str) -> Result<Config, ConfigErrors> {
    Config::load(Sources {
        env: vec![
            ("DATABASE_URL".to_owned(), "postgres://localhost/auth".to_owned()),
            ("REDIS_HOST".to_owned(), "127.0.0.1".to_owned()),
            (variable.to_owned(), text.to_owned()),
        ],
        ..Sources::default()
    })
}

#[cfg(all(feature = "http", feature = "redis"))] // or else some have none
#[test]
fn every_setting_has_an_effect() {
    let before = format!("{:?}", with("", "").unwrap());
    for setting in SETTINGS.iter() {
        // These belong to modes of their own, and have tests of their own.
        if setting.path == "mode" || setting.section() == "sso" {
            continue;
        }
        let other = match setting.kind {
            Kind::Text if setting.path == "redis.primary" => continue,
            Kind::Text => "other",
            Kind::Server => "redis.example",
            Kind::Moment { .. } => "700ms",
            Kind::Bool
                if setting.path == "hashing.foreign_migration"
                    && cfg!(not(any(feature = "pbkdf2", feature = "scrypt"))) =>
            {
                continue;
            }
            Kind::Bool if setting.path == "registration.send_verification" => "false",
            Kind::Bool => "true",
            Kind::Integer { .. } if setting.path == "hashing.memory_kib" => "70000",
            Kind::Integer { .. } => "13",
            Kind::Duration { .. } if setting.path == "jwt.rotation_period" => continue, // needs another setting
            Kind::Duration { min: 0, max: 30..=60 } => "7s",
            Kind::Duration { max: 60, .. } => "17s",
            Kind::Duration { .. } if ["refresh", "session"].contains(&setting.section()) => "29d",
            Kind::Duration { .. } if setting.section() == "jwt" || setting.section() == "mail" => "16m",
            Kind::Duration { .. } => "17s",
            Kind::Rate => "77/1m",
            Kind::Size { .. } => "17KiB",
            // These need more than one value, and have tests of their own.
            Kind::Choice(["development" | "plain", ..])
            | Kind::Domain
            | Kind::Path
            | Kind::Paths
            | Kind::DatabaseUrl
            | Kind::SmtpUrl
            | Kind::RedisUrl
            | Kind::Servers
            | Kind::Secret
            | Kind::Origins
            | Kind::Addresses
            | Kind::WebAddress
            | Kind::Clients
            | Kind::HeaderName
            | Kind::BaseDomain => continue,
            Kind::Origin if setting.path == "mail.api_url" => continue,
            Kind::Choice(_) if setting.path == "password.breach_check" && cfg!(not(feature = "breaches")) => {
                continue;
            }
            Kind::Choice(["none", ..]) => "none",
            Kind::Sender => "Example <auth@example.com>",
            Kind::Locale => "de",
            Kind::Words => "example",
            Kind::Choice(words) => words[1],
            Kind::Origin => "https://a.example",
            Kind::Socket => "127.0.0.1:1",
            Kind::Tenant => "acme",
            Kind::CookieName => "chip",
            Kind::Role => "boss",
            Kind::Roles => "user,admin",
            Kind::Networks => "10.0.0.1",
            Kind::LogLevels => "debug",
            Kind::Pem => "a key",
        };
        let text = match setting.path {
            "hashing.memory_budget_mib" => "130",
            "hashing.max_parallel" => "999",
            "registration.send_verification" => "false",
            _ => other,
        };
        let config = with(&setting.variable(), text).unwrap_or_else(|errors| panic!("{errors}"));
        assert_ne!(format!("{config:?}"), before, "{}", setting.path);
    }
}

#[test]
fn the_example_file_is_a_valid_configuration_with_and_without_its_comments() {
    let example = include_str!("../../../../horizon-auth.example.toml");
    Config::from_toml(example).unwrap();
    let uncommented: Vec<&str> = example
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| rest.contains(" = "))
                .unwrap_or(line)
        })
        .filter(|line| !line.contains("_file"))
        .collect();
    assert!(uncommented.len() > 30);
    Config::from_toml(&uncommented.join("\n")).unwrap();
}

#[test]
fn the_reference_page_has_a_row_for_every_setting() {
    let page = reference_markdown();
    for setting in SETTINGS.iter() {
        let row = format!("| `{}` | ", setting.path);
        assert_eq!(
            page.lines().filter(|line| line.starts_with(&row)).count(),
            1,
            "{}",
            setting.path
        );
    }
    for row in page.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(row.matches('|').count(), 5, "{row}");
    }
}
