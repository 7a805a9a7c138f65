use super::super::setting::Fallback;
use super::super::settings::SETTINGS;
use super::*;

fn text(text: &str) -> Raw {
    Raw::Text(Zeroizing::new(text.to_owned()))
}

#[test]
fn every_default_is_a_value_of_its_setting() {
    for setting in SETTINGS.iter() {
        if let Fallback::Is(default) = setting.fallback {
            assert!(
                parse(setting.kind, &Raw::word(default)).is_ok(),
                "{}",
                setting.path
            );
        }
    }
}

#[test]
fn booleans_and_numbers_are_bare_in_toml_and_words_in_the_environment() {
    let number = Kind::Integer { min: 1, max: 10 };
    assert!(matches!(
        parse(Kind::Bool, &Raw::Bool(true)),
        Ok(Value::Bool(true))
    ));
    assert!(matches!(
        parse(Kind::Bool, &Raw::word("true")),
        Ok(Value::Bool(true))
    ));
    assert!(matches!(parse(number, &Raw::Integer(10)), Ok(Value::Integer(10))));
    assert!(matches!(parse(number, &Raw::word("10")), Ok(Value::Integer(10))));
    for raw in [text("true"), Raw::word("yes"), Raw::word("TRUE"), Raw::Integer(1)] {
        assert!(parse(Kind::Bool, &raw).is_err(), "{raw:?}");
    }
    for raw in [
        text("10"),
        Raw::word("0"),
        Raw::Integer(11),
        Raw::Integer(-1),
        Raw::word("+5"),
    ] {
        assert!(parse(number, &raw).is_err(), "{raw:?}");
    }
}

#[test]
fn lists_are_arrays_in_toml_and_have_commas_in_the_environment() {
    let Ok(Value::Roles(roles)) = parse(Kind::Roles, &Raw::word("user, admin")) else {
        panic!("not read");
    };
    assert_eq!(
        roles.iter().map(Role::as_str).collect::<Vec<_>>(),
        ["user", "admin"]
    );
    assert!(matches!(parse(Kind::Roles, &Raw::word("")), Ok(Value::Roles(none)) if none.is_empty()));
    assert_eq!(
        parse(Kind::Roles, &text("user")).unwrap_err().fix,
        r#"write a list: ["user"]"#
    );
    assert!(parse(Kind::Roles, &Raw::word("user,,admin")).is_err());
}

#[test]
fn a_database_is_sqlite_or_postgres() {
    for url in [
        "sqlite:a.db",
        "sqlite://a.db",
        "sqlite::memory:",
        "postgres://u:p@h/d",
        "postgresql://h/d",
    ] {
        assert!(parse(Kind::DatabaseUrl, &text(url)).is_ok(), "{url}");
    }
    for url in [
        "sqlite:",
        "sqlite://",
        "postgres://",
        "mysql://h/d",
        "file:a.db",
        "a.db",
        "SQLITE:a.db",
    ] {
        let fault = parse(Kind::DatabaseUrl, &text(url)).unwrap_err();
        assert!(
            fault.fix.contains("sqlite:PATH") && fault.fix.contains("postgres://"),
            "{url}"
        );
    }
}

#[test]
fn line_breaks_of_a_pem_may_be_written_as_backslash_n() {
    let Ok(Value::Secret(pem)) = parse(
        Kind::Pem,
        &Raw::word(r"-----BEGIN X-----\nabc\r\n-----END X-----\n"),
    ) else {
        panic!("not read");
    };
    assert_eq!(pem.reveal(), "-----BEGIN X-----\nabc\n-----END X-----\n");
}

#[test]
fn log_levels_are_words_or_targets_with_words() {
    for levels in [
        "info",
        "off",
        "warn,horizon_auth=debug",
        "horizon_auth::flows=trace",
    ] {
        assert!(parse(Kind::LogLevels, &text(levels)).is_ok(), "{levels}");
    }
    for levels in ["loud", "INFO", "info,", "=debug", "a=b", "info;debug"] {
        assert!(parse(Kind::LogLevels, &text(levels)).is_err(), "{levels}");
    }
}

#[test]
fn text_has_no_control_characters_and_is_valid_utf8() {
    for bad in ["", "  ", "a\nb", "a\u{7}b", "a\u{fffd}b"] {
        assert!(parse(Kind::Text, &text(bad)).is_err(), "{bad:?}");
    }
}

#[test]
fn a_key_in_the_place_of_a_path_is_not_repeated() {
    let fault = parse(Kind::Path, &Raw::word("-----BEGIN PRIVATE KEY----- hush")).unwrap_err();
    assert!(!format!("{fault:?}").contains("hush"));
}
