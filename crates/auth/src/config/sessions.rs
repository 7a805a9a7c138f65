//! The two profiles: what they change about other settings, and how their own fit together.

use std::time::Duration;

use horizon_auth_core::domain::limits::{Limits, Rate};
#[cfg(feature = "http")]
use horizon_auth_http::config::{Profile, SameSite, SessionCookieConfig};

use super::check::Checked;
use super::error::{Fault, shown};
use super::rules::{is_production, report_order};

/// Whether cookies are the only way in, so that its defaults are in force.
fn is_session_only(checked: &Checked) -> bool {
    checked.word("http.profile").is_some_and(|word| word == "session")
}

/// With cookies alone, production lets nobody in before the address is proved.
pub(super) fn require_verified_email(checked: &Checked) -> bool {
    checked
        .read("registration.require_verified_email")
        .unwrap_or_else(|| is_session_only(checked) && is_production(checked))
}

/// Whether the trail keeps addresses only as keyed hashes, as the sessions do.
pub(super) fn hash_audit_addresses(checked: &Checked) -> bool {
    let word = checked.word("audit.addresses");
    word.map_or_else(|| is_session_only(checked), |word| word == "hashed")
}

/// The limits that were given, and for the others those of the profile.
pub(super) fn limits(checked: &Checked) -> Option<Limits> {
    let of_profile = |path: &str, token: Rate, session: Rate| {
        let usual = if is_session_only(checked) { session } else { token };
        checked.read(path).unwrap_or(Some(usual))
    };
    let rate = Rate::per_seconds;
    Some(Limits {
        login: of_profile("rate_limit.login", rate(5, 60), rate(10, 60)),
        login_account: of_profile("rate_limit.login_account", rate(10, 15 * 60), rate(5, 5 * 60)),
        register: of_profile("rate_limit.register", rate(3, 60), rate(5, 60)),
        refresh: checked.read("rate_limit.refresh")?,
        password_reset: of_profile("rate_limit.password_reset", rate(3, 3600), rate(3, 5 * 60)),
        resend: of_profile("rate_limit.resend", rate(3, 3600), rate(3, 5 * 60)),
        one_time_token: of_profile("rate_limit.one_time_token", rate(10, 60), rate(10, 5 * 60)),
        reauthenticate: checked.read("rate_limit.reauthenticate")?,
        mail: checked.read("rate_limit.mail")?,
        unknown_tenant: checked.read("rate_limit.unknown_tenant")?,
        client_authentication: checked.read("rate_limit.client_authentication")?,
    })
}

#[cfg(feature = "http")]
pub(super) fn profile(checked: &Checked) -> Option<Profile> {
    Some(match checked.word("http.profile")?.as_str() {
        "session" => Profile::Session,
        "both" => Profile::Both,
        _ => Profile::Token,
    })
}

#[cfg(feature = "http")]
pub(super) fn cookies(checked: &Checked) -> Option<SessionCookieConfig> {
    Some(SessionCookieConfig {
        name: checked.read("session.cookie_name")?,
        csrf_name: checked.read("session.csrf_cookie_name")?,
        same_site: match checked.word("session.same_site")?.as_str() {
            "lax" => SameSite::Lax,
            _ => SameSite::Strict,
        },
    })
}

/// A prefix such as `__Host-` would make browsers refuse the cookie, or say twice what is said by itself.
pub(super) fn cookie_name(text: &str) -> Result<String, Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&text.len()) && text.chars().all(allowed) && !text.starts_with("__") {
        Ok(text.to_owned())
    } else {
        Err(Fault::new(
            format!("is {}", shown(text)),
            "write 1 to 64 letters, digits, \"-\", \"_\" and \".\", without a prefix such as \"__Host-\"",
        ))
    }
}

/// Reports what does not fit.
pub(super) fn apply(checked: &mut Checked) {
    let has_pepper = checked.is_given("hashing.pepper") || checked.is_given("hashing.pepper_file");
    if checked
        .word("audit.addresses")
        .is_some_and(|word| word == "hashed")
        && !has_pepper
    {
        checked.report(
            "audit.addresses",
            "is \"hashed\", but there is no pepper to hash with, and a hash without a key hides nothing"
                .to_owned(),
            "make one with `horizon-auth keys pepper`, and name it in hashing.pepper_file",
        );
    }
    let [idle, absolute] = ["session.idle_ttl", "session.absolute_ttl"]
        .map(|path| checked.read::<Duration>(path).map(|ttl| (path, ttl)));
    if let (Some(idle), Some(absolute)) = (idle, absolute)
        && absolute.1 < idle.1
    {
        report_order(checked, absolute, "shorter than", idle, "longer than");
    }
    let [session, csrf] =
        ["session.cookie_name", "session.csrf_cookie_name"].map(|path| checked.read::<String>(path));
    if let (Some(session), Some(csrf)) = (session, csrf)
        && session == csrf
    {
        let path = if checked.is_given("session.cookie_name") {
            "session.cookie_name"
        } else {
            "session.csrf_cookie_name"
        };
        checked.report(
            path,
            format!("is \"{session}\", the name of the other cookie too"),
            "give the two cookies different names",
        );
    }
    let is_private = checked
        .word("registration.enumeration")
        .is_some_and(|word| word == "private");
    if is_private && checked.read("registration.session_before_verification") == Some(true) {
        checked.report(
            "registration.session_before_verification",
            "is true, but with registration.enumeration = \"private\" the session would tell that the address is new",
            "remove one of the two",
        );
    }
}
