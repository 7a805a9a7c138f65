//! What developers write, as settings: which there are, and what they are told.

#![expect(clippy::panic, reason = "this is test code")]

use std::path::Path;

use horizon_auth::config::{Config, MailTransport, Mode};
use horizon_auth_node::options::Read;

fn read(json: &str) -> Read {
    Read::new(json, Path::new("/nowhere"))
}

fn config(json: &str) -> Config {
    read(json)
        .settings
        .check()
        .unwrap_or_else(|errors| panic!("{json}: {errors}"))
}

fn problems(json: &str) -> Vec<String> {
    read(json).problems()
}

#[test]
fn nothing_at_all_is_development_on_a_file_below_the_folder() {
    assert!(problems("{}").is_empty());
    assert_eq!(
        config("{}").database.url.reveal(),
        "sqlite:/nowhere/horizon-auth-data/auth.db"
    );
}

#[test]
fn names_of_the_design_are_settings() {
    let config = config(
        r#"{
            "database": {"url": "postgres://h/d"},
            "redis": {"host": "r", "port": 6380, "db": 2},
            "jwt": {"accessTokenExpiry": "10m", "refreshTokenExpiry": "3d", "issuer": "i", "audience": "a"},
            "multiTenant": {"enabled": true, "tenantIdExtractor": "header", "defaultTenantId": "home"},
            "rateLimit": {"login": {"limit": 7, "ttl": 90}, "passwordReset": "4/1h"},
            "email": {"provider": "resend", "apiKey": "re_1", "from": "A <a@example.com>"},
            "security": {"bcryptMigration": true, "cookieSecure": true},
            "guards": {"applyJwtGuardGlobally": true},
            "ssoMode": false
        }"#,
    );
    let policy = &config.policy;
    assert_eq!(
        (policy.access_ttl.as_secs(), policy.refresh_idle_ttl.as_secs()),
        (600, 259_200)
    );
    assert_eq!(
        (policy.issuer.as_str(), policy.default_tenant.as_str()),
        ("i", "home")
    );
    let login = policy.limits.login.unwrap();
    assert_eq!((login.limit, login.window.as_secs()), (7, 90));
    assert_eq!(policy.limits.password_reset.unwrap().limit, 4);
    assert!(matches!(config.mail.transport, MailTransport::Resend { .. }));
    assert!(config.hashing.bcrypt && config.http.cookie.secure && config.redis.is_some());
}

#[test]
fn names_of_the_second_design_are_settings() {
    let config = config(
        r#"{
            "http": {"profile": "session"},
            "pepper": "a pepper of thirty-two bytes or more",
            "csrfCookieName": "xsrf",
            "cookie": {"name": "sid", "sameSite": "lax", "ttlDays": 14},
            "mailer": {"from": "a@example.com", "frontendUrl": "http://localhost:4000",
                       "smtp": {"host": "mail.example.com", "user": "u@x", "pass": "p:w"}},
            "emailVerification": {"disableEmailVerification": true, "autoSendOnRegister": false}
        }"#,
    );
    assert_eq!(config.http.session.csrf_name, "xsrf");
    assert_eq!(config.http.session.name, "sid");
    assert_eq!(config.policy.session_idle_ttl.as_secs(), 14 * 86_400);
    assert_eq!(config.policy.session_absolute_ttl.as_secs(), 14 * 86_400);
    assert_eq!(config.public_url, "http://localhost:4000");
    let MailTransport::Smtp { url, .. } = &config.mail.transport else {
        panic!("no mail server");
    };
    assert_eq!(url.reveal(), "smtp://u%40x:p%3Aw@mail.example.com");
    assert!(!config.policy.require_verified_email);
}

#[test]
fn every_setting_can_be_written_in_either_spelling() {
    for json in [
        r#"{"http": {"trusted_proxies": ["10.0.0.0/8"]}}"#,
        r#"{"http": {"trustedProxies": ["10.0.0.0/8"]}}"#,
    ] {
        assert_eq!(config(json).http.trusted_proxies.len(), 1);
    }
}

#[test]
fn what_is_wrong_is_told_in_the_name_that_was_written() {
    let told = problems(
        r#"{"jwt": {"accessTokenExpiry": "8d"}, "rateLimit": {"login": {"limit": 0, "ttl": 60}},
            "security": {"cookieSecur": true}, "guards": {"applyJwtGuardGlobally": "yes"}, "redis": 5}"#,
    );
    let has = |start: &str| {
        assert!(
            told.iter().any(|line| line.starts_with(start)),
            "{start}: {told:#?}"
        );
    };
    has("jwt.accessTokenExpiry ");
    has("rateLimit.login ");
    has("security.cookieSecur is not a known option: did you mean security.cookieSecure?");
    has("guards.applyJwtGuardGlobally is not true or false");
    has("redis is a group of options");
    assert!(
        !told.iter().any(|line| line.contains("access_token_ttl")),
        "{told:#?}"
    );
}

#[test]
fn the_same_setting_under_two_names_is_refused() {
    let told = problems(r#"{"jwt": {"accessTokenExpiry": "5m", "accessTokenTtl": "6m"}}"#);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("says the same as"), "{told:#?}");
}

#[test]
fn production_demands_what_it_demands_elsewhere() {
    let told = problems(r#"{"environment": "production"}"#);
    for name in ["jwt.privateKey ", "database.url ", "publicUrl "] {
        assert!(
            told.iter().any(|line| line.starts_with(name)),
            "{name}: {told:#?}"
        );
    }
}

#[test]
fn secrets_are_never_told() {
    let json =
        r#"{"jwt": {"privateKey": "TOP SECRET"}, "pepper": "SHORT SECRET", "redis": {"url": "SECRET"}}"#;
    let told = problems(json);
    assert!(!told.is_empty() && !told.concat().contains("SECRET"), "{told:#?}");
    assert!(!format!("{:?}", read(json)).contains("SECRET"));
}

#[test]
fn a_function_of_the_application_names_tenants_unless_they_are_off() {
    let custom = |enabled| {
        read(&format!(
            r#"{{"multiTenant": {{"enabled": {enabled}, "tenantIdExtractor": "custom"}}}}"#
        ))
    };
    assert!(custom(true).custom_tenant && custom(true).problems().is_empty());
    assert!(!custom(false).custom_tenant && custom(false).problems().is_empty());
}

#[test]
fn sso_mode_is_the_mode_of_an_application_without_an_engine() {
    let json =
        r#"{"ssoMode": true, "sso": {"authUrl": "http://localhost:1", "revocation": "signature_only"}}"#;
    assert_eq!(config(json).mode, Mode::SsoClient);
}

#[test]
fn what_is_no_object_is_refused() {
    for json in ["", "[]", "null", "{"] {
        assert_eq!(problems(json), ["the options are not an object"], "{json}");
    }
}
