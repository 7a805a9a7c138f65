//! Properties of configuration, over every setting of the table.

use std::path::PathBuf;

use horizon_auth::config::{Config, ConfigErrors, Kind, PREFIX, SETTINGS, Setting, Sources, find_setting};
use proptest::prelude::*;

fn load(toml: &str, env: Vec<(String, String)>) -> Result<Config, ConfigErrors> {
    Config::load(Sources {
        file: Some(("horizon-auth.toml", toml)),
        env,
        base_dir: PathBuf::new(),
    })
}

/// A file that is complete but for one setting, which is left to the test.
fn file_without(path: &str) -> &'static str {
    if path == "database.url" {
        ""
    } else {
        "database.url = \"sqlite:a.db\"\n"
    }
}

fn setting() -> impl Strategy<Value = &'static Setting> {
    (0..SETTINGS.len()).prop_map(|index| &SETTINGS[index])
}

/// Text that no setting of the kind accepts, neither from the file nor from the environment.
fn invalid(kind: Kind) -> BoxedStrategy<String> {
    // No kind takes these; a `!` is in no unit, name, path of a scheme, or address.
    let odd = "[a-z]{0,6}![a-z0-9]{0,6}";
    let control = "[a-z]{0,6}\u{7}[a-z]{0,6}";
    match kind {
        Kind::Text | Kind::Path | Kind::Secret => {
            prop_oneof![Just(String::new()), "[ ]{1,3}", control].boxed()
        }
        Kind::Paths | Kind::Words | Kind::Addresses | Kind::Clients => control.boxed(),
        Kind::CookieName | Kind::Role => odd.boxed(),
        Kind::Origins | Kind::WebAddress => prop_oneof![odd, "[a-z]{1,9}", "ftp://[a-z]{1,9}"].boxed(),
        Kind::Pem => prop_oneof![Just(String::new()), "[ \n]{1,3}", "[a-z]{0,6}\u{fffd}"].boxed(),
        Kind::Bool => prop_oneof![odd, "yes|no|on|off|1|0|TRUE|False"].boxed(),
        Kind::Integer { min, max } => prop_oneof![
            odd.boxed(),
            "-[0-9]{1,9}".boxed(),
            "[0-9]{1,4}\\.[0-9]".boxed(),
            (max + 1..=u64::MAX).prop_map(|n| n.to_string()).boxed(),
            // Zero is the least of some settings.
            Just(if min > 0 {
                (min - 1).to_string()
            } else {
                (max + 1).to_string()
            })
            .boxed(),
        ]
        .boxed(),
        Kind::Duration { max, .. } => prop_oneof![
            odd.boxed(),
            "[0-9]{1,6}".boxed(),
            (max + 1..=u64::MAX).prop_map(|n| format!("{n}s")).boxed()
        ]
        .boxed(),
        Kind::Moment { max, .. } => prop_oneof![
            odd.boxed(),
            "[0-9]{1,6}".boxed(),
            (max + 1..=u64::MAX).prop_map(|n| format!("{n}ms")).boxed()
        ]
        .boxed(),
        Kind::Size { max, .. } => prop_oneof![
            odd.boxed(),
            "[0-9]{1,6}".boxed(),
            (max + 1..=u64::MAX).prop_map(|n| format!("{n}B")).boxed()
        ]
        .boxed(),
        Kind::Rate => prop_oneof![
            odd,
            "[0-9]{1,5}",
            "[1-9]/[0-9]{1,4}",
            "0/1m",
            "[1-9]/0s",
            "-[1-9]/1m"
        ]
        .boxed(),
        Kind::Origin => prop_oneof![
            odd,
            "[a-z]{1,9}",
            "ftp://[a-z]{1,9}",
            "https://[a-z]{1,5}/[a-z]{1,5}"
        ]
        .boxed(),
        Kind::Socket => prop_oneof![
            odd,
            "[a-z]{1,9}:[0-9]{2}",
            "127\\.0\\.0\\.1",
            "127\\.0\\.0\\.1:[7-9][0-9]{4}"
        ]
        .boxed(),
        Kind::DatabaseUrl => {
            prop_oneof![odd, "(mysql|file|http)://[a-z]{1,9}", "sqlite:", "postgres://"].boxed()
        }
        Kind::SmtpUrl => prop_oneof![odd, "(http|mail)://[a-z]{1,9}", "smtp://"].boxed(),
        Kind::RedisUrl => prop_oneof![
            odd,
            "(http|unix)://[a-z]{1,9}",
            "redis://",
            "redis://[a-z]{1,9}/[a-z]"
        ]
        .boxed(),
        Kind::Server | Kind::Servers => prop_oneof![odd, "[a-z]{1,9}:", "[a-z]{1,9}:[7-9][0-9]{4}"].boxed(),
        Kind::Sender => prop_oneof![odd, "[a-z]{1,9} <[a-z]{1,9}>", "[a-z]{1,9}@[a-z]{1,9}"].boxed(),
        Kind::Locale => prop_oneof![odd, "[a-z]", "[a-z]{2}_[A-Z]{2}"].boxed(),
        Kind::Choice(_) | Kind::Domain | Kind::Tenant | Kind::Roles | Kind::Networks | Kind::LogLevels => {
            odd.boxed()
        }
    }
}

fn names(errors: &ConfigErrors, name: &str) -> bool {
    errors.problems().iter().any(|problem| problem.setting == name)
        && errors.to_string().lines().any(|line| line.contains(name))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Feature: horizon-auth-npm-package, Property 16: Configuration Validation
    #[test]
    fn an_invalid_value_is_refused_and_its_setting_named(
        (setting, text) in setting().prop_flat_map(|setting| (Just(setting), invalid(setting.kind))),
        from_file in any::<bool>(),
    ) {
        let rest = file_without(setting.path);
        let result = if from_file {
            let text = toml::Value::String(text);
            let value = if setting.kind.is_list() { format!("[{text}]") } else { text.to_string() };
            load(&format!("{rest}{} = {value}\n", setting.path), Vec::new())
        } else {
            load(rest, vec![(setting.variable(), text)])
        };
        let Err(errors) = result else {
            return Err(TestCaseError::fail("was accepted"));
        };
        prop_assert!(names(&errors, setting.path), "{errors}");
    }

    /// Feature: horizon-auth-npm-package, Property 16: Configuration Validation
    #[test]
    fn a_value_of_a_type_that_no_setting_has_is_refused_and_its_setting_named(
        setting in setting(),
        value in prop_oneof![Just("1979-05-27"), Just("1.5"), Just("[[1]]"), Just("{ a = 1 }"), Just("[true]")],
    ) {
        let toml = format!("{}{} = {value}\n", file_without(setting.path), setting.path);
        let Err(errors) = load(&toml, Vec::new()) else {
            return Err(TestCaseError::fail("was accepted"));
        };
        prop_assert!(names(&errors, setting.path), "{errors}");
    }

    /// Feature: horizon-auth-npm-package, Property 16: Configuration Validation
    #[test]
    fn an_unknown_key_is_refused_and_named(
        section in prop_oneof![
            setting().prop_map(|setting| setting.section().to_owned()),
            "[a-z]{1,12}",
        ],
        key in "[a-z_]{1,16}",
        from_file in any::<bool>(),
    ) {
        let path = if section.is_empty() { key } else { format!("{section}.{key}") };
        let known_section = SETTINGS.iter().any(|setting| setting.section() == section);
        prop_assume!(find_setting(&path).is_none() && find_setting(&section).is_none());
        prop_assume!(SETTINGS.iter().all(|setting| setting.section() != path));
        let rest = file_without("");
        let (result, name) = if from_file {
            // Of an unknown section only the section is named.
            let name = if known_section { path.clone() } else { section };
            (load(&format!("{rest}{path} = 1\n"), Vec::new()), name)
        } else {
            let name = format!("{PREFIX}{}", path.replace('.', "__").to_ascii_uppercase());
            prop_assume!(SETTINGS.iter().all(|setting| setting.variable() != name));
            (load(rest, vec![(name.clone(), "1".to_owned())]), name)
        };
        let Err(errors) = result else {
            return Err(TestCaseError::fail("was accepted"));
        };
        prop_assert!(names(&errors, &name), "{errors}");
    }

    /// Feature: horizon-auth-npm-package, Property 16: Configuration Validation
    #[test]
    fn any_file_and_any_variable_are_read_without_a_panic(
        toml in "(?s).{0,80}",
        setting in setting(),
        text in "(?s).{0,40}",
    ) {
        let _ = load(&toml, vec![(setting.variable(), text.clone())]);
        let aliases = setting.aliases.iter().map(|alias| (alias.name.to_owned(), text.clone()));
        let _ = load(file_without(""), aliases.collect());
    }
}
