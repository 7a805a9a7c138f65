use super::*;

const DATABASE: &str = "[database]\nurl = \"sqlite:auth.db\"\n";

/// A mailer that reaches people.
pub(super) const MAILER: &str = "[mail]\ntransport = \"custom\"\nfrom = \"Example <auth@example.com>\"";

fn load(toml: &str, env: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::load(Sources {
        file: Some(("horizon-auth.toml", toml)),
        env: env
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
        base_dir: PathBuf::new(),
    })
}

pub(super) fn with(toml: &str) -> Result<Config, ConfigErrors> {
    load(&format!("{toml}\n{DATABASE}"), &[])
}

/// The only problem, as a line.
pub(super) fn problem(result: Result<Config, ConfigErrors>) -> String {
    let errors = result.unwrap_err();
    assert_eq!(errors.problems().len(), 1, "{errors}");
    errors.to_string()
}

#[test]
fn only_the_database_has_no_default() {
    let config = with("").unwrap();
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url, "http://localhost:3000");
    assert_eq!(config.database.url.reveal(), "sqlite:auth.db");
    assert!(!config.has_signing_key());
    let policy = Policy::new(
        config.policy.default_tenant.clone(),
        config.policy.default_roles[0].clone(),
    );
    assert_eq!(config.policy, policy);
    assert_eq!(config.policy.default_tenant.as_str(), "default");
    assert_eq!(config.policy.default_roles[0].as_str(), "user");
    #[cfg(feature = "http")]
    assert_eq!(config.http, openapi_tests::documented("http://localhost:3000"));

    let missing = problem(load("", &[]));
    assert!(
        missing.starts_with("database.url is missing (not set): set database.url to "),
        "{missing}"
    );
}

#[test]
fn six_mistakes_in_the_file_and_one_in_the_environment_are_seven_lines() {
    let errors = load(
        "colour = 1\n[database]\nurl = \"mysql://h/d\"\n[jwt]\nisuer = \"x\"\naccess_token_ttl = 900\n\
         [refresh]\nidle_ttl = \"60d\"\n[hashing]\nmemory_kib = 1024\n",
        &[("COOKIE_SECURE", "maybe")],
    )
    .unwrap_err()
    .to_string();
    let expected = [
        "colour is not a known setting (horizon-auth.toml line 1): ",
        "database.url is not the URL of a known database (horizon-auth.toml line 3): ",
        "jwt.isuer is not a known setting (horizon-auth.toml line 5): did you mean jwt.issuer?",
        "jwt.access_token_ttl is \"900\", a number without a unit (horizon-auth.toml line 6): write \"900s\" or \"15m\"",
        "refresh.idle_ttl is 60d, longer than refresh.absolute_ttl, 30d (horizon-auth.toml line 8): ",
        "hashing.memory_kib is \"1024\" (horizon-auth.toml line 10): ",
        "cookie.secure is \"maybe\" (environment variable COOKIE_SECURE): write true or false",
    ];
    assert_eq!(errors.lines().count(), expected.len(), "{errors}");
    for start in expected {
        assert!(
            errors.lines().any(|line| line.starts_with(start)),
            "{start}\n{errors}"
        );
    }
}

#[test]
fn unknown_keys_and_sections_come_with_the_nearest_known_name() {
    for (toml, fix) in [
        ("[jwt]\nisuer = \"x\"", "did you mean jwt.issuer?"),
        ("[jtw]\nissuer = \"x\"", "did you mean [jwt]?"),
        ("issuer = \"x\"", "did you mean jwt.issuer?"),
        (
            "[jwt]\naccessTokenTtl = \"15m\"",
            "did you mean jwt.access_token_ttl?",
        ),
        ("[rate_limits]\nlogin = \"off\"", "did you mean [rate_limit]?"),
        ("[jwt.issuers]\nx = 1", "did you mean jwt.issuer?"),
        (
            "zzzzzz = 1",
            "remove it, or look its name up in docs/reference/configuration.md",
        ),
        ("jwt = 1", "write [jwt] above its settings"),
    ] {
        let line = problem(with(toml));
        assert!(line.ends_with(fix), "{line}");
    }
}

#[test]
fn unknown_variables_of_ours_come_with_the_nearest_known_name() {
    for (name, known) in [
        ("HORIZON_AUTH__JWT__ISUER", "HORIZON_AUTH__JWT__ISSUER"),
        ("HORIZON_AUTH__JWT_ISSUER", "HORIZON_AUTH__JWT__ISSUER"),
        ("HORIZON_AUTH_JWT_ISSUER", "HORIZON_AUTH__JWT__ISSUER"),
        ("horizon_auth__jwt__issuer", "HORIZON_AUTH__JWT__ISSUER"),
    ] {
        let line = problem(load(DATABASE, &[(name, "x")]));
        assert!(
            line.starts_with(&format!("{name} is not a known setting")),
            "{line}"
        );
        assert!(line.ends_with(&format!("did you mean {known}?")), "{line}");
    }
    assert!(problem(load(DATABASE, &[("HORIZON_AUTH__", "")])).starts_with("HORIZON_AUTH__ is not"));
    assert!(
        load(
            DATABASE,
            &[
                ("HORIZON_AUTH_COLOUR", "x"),
                ("JWT_ISUER", "x"),
                ("HOME", "\u{fffd}")
            ]
        )
        .is_ok()
    );
}

#[test]
fn prefixed_variables_beat_plain_ones_and_those_beat_the_file() {
    let toml = format!("{DATABASE}[jwt]\nissuer = \"file\"\n");
    let issuer = |env: &[(&str, &str)]| load(&toml, env).unwrap().policy.issuer;
    assert_eq!(issuer(&[]), "file");
    assert_eq!(issuer(&[("JWT_ISSUER", "plain")]), "plain");
    assert_eq!(issuer(&[("JWT_ISSUER", "")]), "file");
    assert_eq!(
        issuer(&[("JWT_ISSUER", "plain"), ("HORIZON_AUTH__JWT__ISSUER", "prefixed")]),
        "prefixed"
    );
    assert!(problem(load(&toml, &[("HORIZON_AUTH__JWT__ISSUER", "")])).contains("is empty"));
    assert!(load(&toml, &[("JWT_ISSUER", "file")]).is_ok());
}

#[test]
fn plain_variables_of_the_design_are_understood() {
    let config = load(
        "listen = \"0.0.0.0:1\"",
        &[
            ("DATABASE_URL", "postgresql://u:p@h/d"),
            ("PORT", "8080"),
            ("JWT_ACCESS_EXPIRY", "5m"),
            ("JWT_REFRESH_EXPIRY", "2d"),
            ("DEFAULT_TENANT_ID", "acme"),
            ("RATE_LIMIT_LOGIN", "7/60"),
            ("RATE_LIMIT_REGISTER", "off"),
            ("APP_URL", "https://auth.example.com/"),
            ("NODE_ENV", "production"),
            ("MAIL_TRANSPORT", "custom"),
            ("MAIL_FROM", "Example <auth@example.com>"),
            ("RATE_LIMIT_PASSWORD_RESET", "4/3600"),
        ],
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:8080");
    assert_eq!(config.public_url, "https://auth.example.com");
    assert_eq!(config.environment, Environment::Production);
    assert_eq!(config.policy.access_ttl, Duration::from_secs(300));
    assert_eq!(config.policy.refresh_idle_ttl, Duration::from_secs(172_800));
    assert_eq!(config.policy.default_tenant.as_str(), "acme");
    assert_eq!(config.policy.limits.login.unwrap().limit, 7);
    assert_eq!(
        config.policy.limits.login.unwrap().window,
        Duration::from_secs(60)
    );
    assert_eq!(config.policy.limits.register, None);
    assert_eq!(config.policy.limits.password_reset.unwrap().limit, 4);
    assert_eq!(config.policy.mail.from.email.written(), "auth@example.com");
}

#[test]
fn only_the_word_production_in_node_env_says_anything() {
    let production =
        format!("environment = \"production\"\npublic_url = \"https://a.example\"\n{DATABASE}\n{MAILER}");
    let config = load(&production, &[("NODE_ENV", "development")]).unwrap();
    assert_eq!(config.environment, Environment::Production);
    assert_eq!(
        load(DATABASE, &[("NODE_ENV", "test")]).unwrap().environment,
        Environment::Development
    );
}

#[test]
fn a_port_that_is_none_is_refused() {
    for port in ["http", "65536", "-1"] {
        assert!(problem(load(DATABASE, &[("PORT", port)])).starts_with("listen is "));
    }
    let config = load(DATABASE, &[("PORT", "1"), ("HORIZON_AUTH__LISTEN", "[::1]:2")]).unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:2");
}

#[test]
fn presets_can_be_overridden() {
    let config = with("[refresh]\npreset = \"browser\"\n[hashing]\npreset = \"lean\"\npasses = 4").unwrap();
    assert_eq!(config.policy.refresh_grace, Duration::from_secs(10));
    assert_eq!(
        (config.hashing.cost.memory_kib, config.hashing.cost.passes),
        (19_456, 4)
    );
    let config = with("[refresh]\npreset = \"browser\"\ngrace = \"0s\"").unwrap();
    assert_eq!(config.policy.refresh_grace, Duration::ZERO);
}

#[test]
fn hashes_are_never_weaker_than_the_minimum_and_fit_the_budget() {
    assert!(with("[hashing]\nmemory_kib = 7168\npasses = 5").is_ok());
    let line = problem(with("[hashing]\nmemory_kib = 7168\npasses = 4"));
    assert!(
        line.starts_with("hashing.memory_kib makes hashes too cheap"),
        "{line}"
    );
    let line = problem(with("[hashing]\npreset = \"lean\"\npasses = 1"));
    assert!(
        line.starts_with("hashing.passes makes hashes too cheap"),
        "{line}"
    );
    let line = problem(with("[hashing]\nmemory_budget_mib = 63"));
    assert!(
        line.contains("leaves no room for one hash") && line.ends_with("at least 64"),
        "{line}"
    );
    assert!(with("[hashing]\nmemory_budget_mib = 64").is_ok());
}

#[test]
fn lifetimes_in_the_wrong_order_are_reported_at_the_one_that_was_given() {
    assert!(
        problem(with("[refresh]\nabsolute_ttl = \"6d\"")).starts_with("refresh.absolute_ttl is 6d, shorter")
    );
    assert!(problem(with("[refresh]\nidle_ttl = \"31d\"")).starts_with("refresh.idle_ttl is 31d, longer"));
    assert!(
        problem(with("[refresh]\nidle_ttl = \"15m\"")).starts_with("refresh.idle_ttl is 15m, not longer")
    );
    assert!(with("[refresh]\nidle_ttl = \"30d\"").is_ok());
}

#[test]
fn production_refuses_what_is_only_safe_on_a_developers_machine() {
    let production = |toml: &str| with(&format!("environment = \"production\"\n{toml}\n{MAILER}"));
    let line = problem(production(""));
    assert!(
        line.starts_with("public_url is missing, which production does not allow"),
        "{line}"
    );
    let line = problem(production("public_url = \"http://auth.example.com\""));
    assert!(line.starts_with("public_url is not https"), "{line}");

    let https = |toml: &str| production(&format!("public_url = \"https://auth.example.com\"\n{toml}"));
    assert!(https("").is_ok());
    let line = problem(https("[cookie]\nsecure = false"));
    assert!(
        line.starts_with("cookie.secure is false, which production does not allow"),
        "{line}"
    );
    for everyone in ["\"0.0.0.0/0\"", "\"::/0\"", "\"0.0.0.0/1\", \"128.0.0.0/1\""] {
        let toml = format!("[http]\ntrusted_proxies = [{everyone}]");
        assert!(with(&toml).is_ok());
        let line = problem(https(&toml));
        assert!(line.starts_with("http.trusted_proxies trusts everyone"), "{line}");
    }
}

#[test]
fn a_cookie_domain_holds_the_public_host() {
    let line = problem(with(
        "public_url = \"https://auth.example.com\"\n[cookie]\ndomain = \"example.org\"",
    ));
    assert!(
        line.starts_with("cookie.domain is \"example.org\", which does not hold auth.example.com"),
        "{line}"
    );
    assert!(with("public_url = \"https://auth.example.com\"\n[cookie]\ndomain = \"example.com\"").is_ok());
}

#[test]
fn secrets_are_never_shown() {
    let toml = "[database]\nurl = \"mysql://root:hushhush@h/d\"\n[jwt]\nprivate_key = 5\npublic_key = \"PRIVATE KEY hushhush\"\n";
    let env = [
        ("JWT_PRIVATE_KEY_FILE", "-----BEGIN PRIVATE KEY-----hushhush"),
        ("HORIZON_AUTH__DATABASE__URL", "hushhush"),
    ];
    for errors in [
        load(toml, &env),
        load(toml, &[]),
        load("[database]\nurl = \"hushhush\nx = hushhush", &[]),
    ] {
        let errors = errors.unwrap_err();
        assert!(!format!("{errors}{errors:?}").contains("hushhush"), "{errors}");
    }
    let config = load(
        "",
        &[
            ("DATABASE_URL", "sqlite:hushhush"),
            ("JWT_PRIVATE_KEY", "hushhush"),
        ],
    )
    .unwrap();
    assert!(config.has_signing_key());
    assert!(!format!("{config:?}").contains("hushhush"));
    assert_eq!(format!("{:?}", config.database.url), "SecretText");
}

#[test]
fn a_file_that_is_no_toml_is_reported_by_line_and_without_consequences() {
    let errors = load(
        "[database]\nurl = \"sqlite:a\n[jwt]\nissuer = nothing\ncolour = 1\n",
        &[],
    )
    .unwrap_err();
    let lines = errors.to_string();
    assert!(
        lines.contains("the file is not valid TOML: ") && lines.contains("(horizon-auth.toml line 2)"),
        "{lines}"
    );
    assert!(
        lines.contains("(horizon-auth.toml line 4)") && lines.contains("jwt.colour"),
        "{lines}"
    );
    assert!(!lines.contains("missing"), "{lines}");
}

#[test]
fn a_value_that_is_not_utf8_is_refused() {
    let line = problem(load(DATABASE, &[("JWT_ISSUER", "a\u{fffd}")]));
    assert!(
        line.starts_with("jwt.issuer is not valid UTF-8 (environment variable JWT_ISSUER)"),
        "{line}"
    );
}

#[test]
fn a_message_is_one_line_whatever_the_name_or_value() {
    let errors = load(
        &format!("\"a\\nb\" = 1\n{DATABASE}"),
        &[
            ("HORIZON_AUTH__A\nB", "x"),
            ("JWT_AUDIENCE", "a\nb"),
            ("JWT_ACCESS_EXPIRY", "a\u{85}b"),
        ],
    );
    let errors = errors.unwrap_err();
    assert_eq!(
        errors.to_string().lines().count(),
        errors.problems().len(),
        "{errors}"
    );
}

#[test]
fn a_relative_database_file_stands_beside_the_configuration_file() {
    let load = |url: &str, base: &str| {
        let text = format!("[database]\nurl = {url:?}");
        let sources = Sources {
            file: Some(("a.toml", &text)),
            env: Vec::new(),
            base_dir: base.into(),
        };
        Config::load(sources).unwrap().database.url.reveal().to_owned()
    };
    assert_eq!(
        load("sqlite:data/a.db", "/etc/horizon 100%"),
        "sqlite:/etc/horizon 100%25/data/a.db"
    );
    assert_eq!(load("sqlite://a.db", "/etc"), "sqlite:/etc/a.db");
    assert_eq!(load("sqlite:a.db", "."), "sqlite:a.db");
    for absolute in [
        "sqlite:/srv/a.db",
        "sqlite:///srv/a.db",
        "sqlite::memory:",
        "postgres://h/d",
    ] {
        assert_eq!(load(absolute, "/etc"), absolute);
    }
}

#[test]
fn a_stopping_server_warns_its_load_balancer_in_production() {
    let production = format!("environment = \"production\"\npublic_url = \"https://a.example\"\n{MAILER}");
    let notice = |toml: &str| with(toml).unwrap().server.drain_notice;
    assert_eq!(notice(&production), Duration::from_secs(5));
    assert_eq!(notice(""), Duration::ZERO);
    let none = "[server]\ndrain_notice = \"0s\"";
    assert_eq!(notice(&format!("{production}\n{none}")), Duration::ZERO);
}
