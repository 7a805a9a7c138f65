use std::time::Duration;

use horizon_auth_core::domain::limits::{Limits, Rate};

use super::Config;
use super::tests::{MAILER, problem, with};

fn production(profile: &str, more: &str) -> Config {
    with(&format!(
        "environment = \"production\"\npublic_url = \"https://auth.example.com\"\nhttp.profile = \"{profile}\"\n\
         {more}\n{MAILER}"
    ))
    .unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn limits_that_were_not_given_are_those_of_the_profile() {
    let rate = |limit, seconds| Some(Rate::per_seconds(limit, seconds));
    for profile in ["token", "both"] {
        let config = with(&format!("http.profile = \"{profile}\"")).unwrap();
        assert_eq!(config.policy.limits, Limits::default(), "{profile}");
    }
    let lean = Limits {
        login: rate(10, 60),
        login_account: rate(5, 300),
        register: rate(5, 60),
        password_reset: rate(3, 300),
        resend: rate(3, 300),
        one_time_token: rate(10, 300),
        ..Limits::default()
    };
    assert_eq!(with("http.profile = \"session\"").unwrap().policy.limits, lean);
    let given =
        with("http.profile = \"session\"\nrate_limit.login = \"7/1m\"\nrate_limit.resend = \"off\"").unwrap();
    let expected = Limits {
        login: rate(7, 60),
        resend: None,
        ..lean
    };
    assert_eq!(given.policy.limits, expected);
}

#[test]
fn with_cookies_alone_production_wants_proof_of_the_address_unless_told_otherwise() {
    let off = "registration.require_verified_email = false";
    for (config, expected) in [
        (with("http.profile = \"session\"").unwrap(), false),
        (production("token", ""), false),
        (production("both", ""), false),
        (production("session", ""), true),
        (production("session", off), false),
    ] {
        assert_eq!(config.policy.require_verified_email, expected);
    }
}

#[test]
fn the_shorter_life_is_the_idle_one() {
    let config = with("session.idle_ttl = \"1h\"\nsession.absolute_ttl = \"1h\"").unwrap();
    assert_eq!(config.policy.session_idle_ttl, Duration::from_secs(3600));
    let refused = problem(with("session.idle_ttl = \"2h\"\nsession.absolute_ttl = \"1h\""));
    assert!(
        refused.contains("session.absolute_ttl") && refused.contains("session.idle_ttl"),
        "{refused}"
    );
}

#[test]
fn two_cookies_have_two_names_without_the_prefixes_of_browsers() {
    let refused = problem(with("session.cookie_name = \"csrf\""));
    assert!(refused.starts_with("session.cookie_name"), "{refused}");
    let refused = problem(with("session.csrf_cookie_name = \"session\""));
    assert!(refused.starts_with("session.csrf_cookie_name"), "{refused}");
    for name in ["__Host-session", "__secure-x", "a b", "a;b", "a=b", ""] {
        assert!(
            with(&format!("session.cookie_name = {name:?}")).is_err(),
            "{name}"
        );
    }
}

#[test]
fn a_session_before_the_proof_would_tell_what_private_enumeration_hides() {
    let both = "registration.enumeration = \"private\"\nregistration.session_before_verification = true";
    let refused = problem(with(both));
    assert!(
        refused.contains("registration.session_before_verification"),
        "{refused}"
    );
}

#[test]
fn the_trail_of_the_session_profile_keeps_no_address_as_it_is() {
    for (settings, hashes) in [
        ("", false),
        ("http.profile = \"both\"", false),
        ("http.profile = \"session\"", true),
        ("http.profile = \"session\"\naudit.addresses = \"plain\"", false),
        (
            "audit.addresses = \"hashed\"\nhashing.pepper = \"1:q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\"",
            true,
        ),
    ] {
        let config = with(settings).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(config.policy.hash_audit_addresses, hashes, "{settings}");
    }
    let error = problem(with("audit.addresses = \"hashed\""));
    assert!(
        error.contains("audit.addresses") && error.contains("keys pepper"),
        "{error}"
    );
}
