//! How settings must fit together, and what production refuses (decision D21).

use std::time::Duration;

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::mail::Sender;
use horizon_auth_core::domain::policy::Argon2Cost;
use ipnet::IpNet;

use super::address;
use super::check::Checked;
use super::metrics;
use super::redis;
use super::sessions;
use super::sso;
use super::tenants;
use super::units::duration_text;

/// OWASP's equally strong minimums for Argon2id: memory in KiB, and passes.
const WEAKEST_COSTS: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];

/// Reports everything that does not fit. Rules on values that are wrong by themselves stay silent.
pub(super) fn apply(checked: &mut Checked) {
    database(checked);
    public_url(checked);
    cookie(checked);
    trusted_proxies(checked);
    openapi(checked);
    lifetimes(checked);
    rotation(checked);
    hashing(checked);
    foreign_hashes(checked);
    breaches(checked);
    mail(checked);
    metrics::apply(checked);
    redis::apply(checked);
    sessions::apply(checked);
    tenants::apply(checked);
}

/// Whether production was asked for.
pub(super) fn is_production(checked: &Checked) -> bool {
    checked
        .word("environment")
        .is_some_and(|word| word == "production")
}

/// The origin that was given or, on a developer's machine, the one of the listener.
pub(super) fn effective_public_url(checked: &Checked) -> Option<String> {
    // An application that only verifies sends nobody anywhere.
    let is_needed = is_production(checked) && !sso::is_client(checked);
    if checked.is_given("public_url") || is_needed {
        return checked.read("public_url");
    }
    let listen: std::net::SocketAddr = checked.read("listen")?;
    Some(match listen.port() {
        80 => "http://localhost".to_owned(),
        port => format!("http://localhost:{port}"),
    })
}

/// How mails leave: as configured, or on a developer's machine into files.
pub(super) fn mail_transport(checked: &Checked) -> Option<&'static str> {
    if checked.has_failed("mail.transport") {
        return None;
    }
    if sso::is_client(checked) {
        return Some("none");
    }
    match checked.word("mail.transport").as_deref() {
        Some("none") => Some("none"),
        Some("custom") => Some("custom"),
        Some("file") => Some("file"),
        Some("smtp") => Some("smtp"),
        Some("resend") => Some("resend"),
        Some("sendgrid") => Some("sendgrid"),
        _ if is_production(checked) => None,
        _ => Some("file"),
    }
}

/// The sender that was given or, where nothing reaches strangers, a stand-in.
pub(super) fn effective_sender(checked: &Checked) -> Option<Sender> {
    if checked.is_given("mail.from") {
        return checked.read("mail.from");
    }
    matches!(mail_transport(checked)?, "none" | "file").then(|| Sender {
        name: None,
        email: Email::from_stored("auth@localhost".into(), "auth@localhost".into()),
    })
}

/// Cost of a hash: the preset, and what overrides it.
pub(super) fn hash_cost(checked: &Checked) -> Option<Argon2Cost> {
    const OVERRIDES: [&str; 3] = ["hashing.memory_kib", "hashing.passes", "hashing.lanes"];
    if OVERRIDES.iter().any(|path| checked.has_failed(path)) {
        return None;
    }
    let preset = match checked.word("hashing.preset")?.as_str() {
        "lean" => Argon2Cost::LEAN,
        _ => Argon2Cost::STANDARD,
    };
    let [memory_kib, passes, lanes] = OVERRIDES.map(|path| {
        checked
            .read::<u64>(path)
            .and_then(|value| u32::try_from(value).ok())
    });
    Some(Argon2Cost {
        memory_kib: memory_kib.unwrap_or(preset.memory_kib),
        passes: passes.unwrap_or(preset.passes),
        lanes: lanes.unwrap_or(preset.lanes),
    })
}

/// Something to sign with is named, rightly or wrongly; an application whose people log in elsewhere needs nothing.
pub(super) fn expect_signing_key(checked: &mut Checked) {
    let sources = [
        "jwt.private_key_file",
        "jwt.private_key",
        "jwt.sealing_key_file",
        "jwt.sealing_key",
    ];
    if sso::mode(checked) != sso::Mode::SsoClient && !sources.iter().any(|path| checked.is_given(path)) {
        checked.report(
            "jwt.private_key_file",
            "is missing",
            "name the PEM file of the key that signs; make one with: horizon-auth keys generate",
        );
    }
}

fn database(checked: &mut Checked) {
    if !sso::is_client(checked) && !checked.is_given("database.url") {
        checked.report(
            "database.url",
            "is missing",
            "set database.url to \"sqlite:horizon-auth.db\", or set DATABASE_URL",
        );
    }
}

fn public_url(checked: &mut Checked) {
    if !is_production(checked) {
        return;
    }
    if !checked.is_given("public_url") {
        if sso::is_client(checked) {
            return;
        }
        checked.report(
            "public_url",
            "is missing, which production does not allow",
            "write the origin that browsers see, such as public_url = \"https://auth.example.com\"",
        );
    } else if effective_public_url(checked).is_some_and(|url| !url.starts_with("https://")) {
        checked.report(
            "public_url",
            "is not https, which production does not allow",
            "serve it under https and write that origin",
        );
    }
}

fn cookie(checked: &mut Checked) {
    if is_production(checked) && checked.read("cookie.secure") == Some(false) {
        checked.report(
            "cookie.secure",
            "is false, which production does not allow",
            "remove it, or write true",
        );
    }
    let domain: Option<String> = checked.read("cookie.domain");
    if let (Some(domain), Some(url)) = (domain, effective_public_url(checked)) {
        let host = address::host_of(&url);
        if !address::domain_covers(&domain, host) {
            checked.report(
                "cookie.domain",
                format!("is \"{domain}\", which does not hold {host}, the host of public_url; browsers refuse such cookies"),
                "write the domain that the applications share with public_url",
            );
        }
    }
}

fn trusted_proxies(checked: &mut Checked) {
    let networks: Vec<IpNet> = checked.read("http.trusted_proxies").unwrap_or_default();
    if is_production(checked) && address::hold_everyone(&networks) {
        checked.report(
            "http.trusted_proxies",
            "trusts everyone, which production does not allow: anybody could choose the address they are counted by",
            "list the addresses of the proxies only",
        );
    }
}

fn openapi(checked: &mut Checked) {
    let is_wanted = checked.word("http.openapi").is_some_and(|word| word == "on");
    if is_wanted && cfg!(not(feature = "openapi")) {
        checked.report(
            "http.openapi",
            "is on, and this program was built without the feature `openapi`",
            "build it with the feature, or remove the setting",
        );
    }
}

fn lifetimes(checked: &mut Checked) {
    let [access, idle, absolute] = ["jwt.access_token_ttl", "refresh.idle_ttl", "refresh.absolute_ttl"]
        .map(|path| checked.read::<Duration>(path).map(|ttl| (path, ttl)));
    if let (Some(idle), Some(absolute)) = (idle, absolute)
        && absolute.1 < idle.1
    {
        report_order(checked, absolute, "shorter than", idle, "longer than");
    }
    if let (Some(access), Some(idle)) = (access, idle)
        && access.1 >= idle.1
    {
        report_order(checked, idle, "not longer than", access, "not shorter than");
    }
}

fn rotation(checked: &mut Checked) {
    let seals = checked.is_given("jwt.sealing_key") || checked.is_given("jwt.sealing_key_file");
    if checked.is_given("jwt.rotation_period") && !seals {
        checked.report(
            "jwt.rotation_period",
            "is given, but without a sealing key no key can be changed",
            "make one with `horizon-auth keys generate --sealing` and name it in jwt.sealing_key_file",
        );
    }
}

/// Reports two lifetimes in the wrong order, at the one that somebody gave.
pub(super) fn report_order(
    checked: &mut Checked,
    short: (&'static str, Duration),
    shorter: &str,
    long: (&'static str, Duration),
    longer: &str,
) {
    let ((path, ttl), order, (other, other_ttl)) = if checked.is_given(short.0) {
        (short, shorter, long)
    } else {
        (long, longer, short)
    };
    let [ttl, other_ttl] = [ttl, other_ttl].map(|ttl| duration_text(ttl.as_secs()));
    checked.report(
        path,
        format!("is {ttl}, {order} {other}, {other_ttl}"),
        format!("change {path} or {other}"),
    );
}

fn hashing(checked: &mut Checked) {
    let Some(cost) = hash_cost(checked) else {
        return;
    };
    let strong = |&(memory_kib, passes): &(u32, u32)| cost.memory_kib >= memory_kib && cost.passes >= passes;
    if !WEAKEST_COSTS.iter().any(strong) {
        let path = if checked.is_given("hashing.memory_kib") {
            "hashing.memory_kib"
        } else {
            "hashing.passes"
        };
        let enough: Vec<String> = WEAKEST_COSTS
            .iter()
            .map(|(memory_kib, passes)| format!("{memory_kib}/{passes}"))
            .collect();
        checked.report(
            path,
            format!(
                "makes hashes too cheap: {} KiB and {} passes",
                cost.memory_kib, cost.passes
            ),
            format!(
                "use at least one of these memory_kib/passes: {}",
                enough.join(", ")
            ),
        );
    }
    let budget: Option<u64> = checked.read("hashing.memory_budget_mib");
    if let Some(budget) = budget
        && budget * 1024 < u64::from(cost.memory_kib)
    {
        let path = if checked.is_given("hashing.memory_budget_mib") {
            "hashing.memory_budget_mib"
        } else {
            "hashing.memory_kib"
        };
        let needed = cost.memory_kib.div_ceil(1024);
        checked.report(
            path,
            format!(
                "leaves no room for one hash: {budget} MiB for hashes of {} KiB",
                cost.memory_kib
            ),
            format!("give hashing.memory_budget_mib at least {needed}"),
        );
    }
}

fn foreign_hashes(checked: &mut Checked) {
    let built_in = cfg!(any(feature = "pbkdf2", feature = "scrypt"));
    if !built_in && checked.read("hashing.foreign_migration") == Some(true) {
        checked.report(
            "hashing.foreign_migration",
            "is true, but this program was built without PBKDF2 and scrypt",
            "build it with the feature `pbkdf2` or `scrypt`, or remove the setting",
        );
    }
}

fn breaches(checked: &mut Checked) {
    let Some(word) = checked.word("password.breach_check").filter(|word| word != "off") else {
        return;
    };
    if cfg!(not(feature = "breaches")) {
        checked.report(
            "password.breach_check",
            format!("is \"{word}\", but this program was built without the check"),
            "build it with the feature `breaches`, or write \"off\"",
        );
    }
    let url: Option<String> = checked.read("password.breach_url");
    let readable = |url: &String| !url.starts_with("https://") && !address::is_loopback(url);
    if is_production(checked) && url.as_ref().is_some_and(readable) {
        checked.report(
            "password.breach_url",
            "is not https, which production does not allow: anybody on the way could answer",
            "write an origin with https, or a mirror on this machine such as \"http://127.0.0.1:8080\"",
        );
    }
}

fn mail(checked: &mut Checked) {
    if sso::is_client(checked) {
        return;
    }
    if is_production(checked) && !checked.is_given("mail.transport") {
        checked.report(
            "mail.transport",
            "is missing, which production does not allow",
            "set mail.transport to \"smtp\", with mail.smtp_url and mail.from",
        );
    }
    let transport = mail_transport(checked).unwrap_or("none");
    if is_production(checked) && checked.is_given("mail.transport") && matches!(transport, "file" | "none") {
        checked.report(
            "mail.transport",
            format!("is \"{transport}\", which production does not allow: nobody would get the mails"),
            "write \"smtp\", \"resend\", \"sendgrid\", or \"custom\" if the application brings a mailer",
        );
    }
    let needed: &[(&str, &str)] = match transport {
        "smtp" => &[
            (
                "mail.smtp_url",
                "set mail.smtp_url to \"smtps://USER:PASSWORD@HOST\", or set SMTP_URL",
            ),
            ("mail.from", "set mail.from to \"Example <auth@example.com>\""),
        ],
        "resend" | "sendgrid" => &[
            (
                "mail.api_key",
                "set mail.api_key, or RESEND_API_KEY or SENDGRID_API_KEY",
            ),
            ("mail.from", "set mail.from to \"Example <auth@example.com>\""),
        ],
        "custom" => &[("mail.from", "set mail.from to \"Example <auth@example.com>\"")],
        _ => &[],
    };
    for (path, fix) in needed {
        if !checked.is_given(path) {
            checked.report(
                path,
                format!("is missing, which the transport {transport} needs"),
                *fix,
            );
        }
    }
}
