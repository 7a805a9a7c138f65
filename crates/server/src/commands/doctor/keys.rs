//! Keys: what signs, what seals, what hashes need beside the database.

use std::path::PathBuf;

use horizon_auth::config::{Config, Environment, Examined, Mode};
use horizon_auth::doctor::Contents;
use horizon_auth::operator::Timestamp;
use horizon_auth::{KeyRing, KeyState, KeyTimes, SigningKey, StoredKey, example_key, key_ring};

use super::files;
use super::finding::Finding;

/// The keys that are configured, and the files they are in.
pub(super) fn judge_configured(examined: &Examined, config: &Config) -> Vec<Finding> {
    if config.mode == Mode::SsoClient {
        return vec![Finding::not_applicable(
            "keys.signing",
            "mode is \"sso_client\": nothing is signed here",
        )];
    }
    let mut findings = vec![signing(examined, config)];
    findings.push(if config.keys.sealing_keys.is_empty() {
        Finding::not_applicable(
            "keys.sealing",
            "none is configured: keys are changed by hand, not with `horizon-auth keys rotate`",
        )
    } else {
        Finding::ok("keys.sealing", "configured; keys are changed in the database")
    });
    findings.push(pepper(config));
    findings.extend(examined.private_files.iter().map(file));
    findings
}

fn file((setting, path): &(&'static str, PathBuf)) -> Finding {
    let check = match *setting {
        "jwt.private_key_file" => "keys.signing_file",
        "jwt.sealing_key_file" => "keys.sealing_file",
        _ => "keys.pepper_file",
    };
    match files::facts(path) {
        Ok(facts) => files::judge(check, path, &facts),
        Err(why) => Finding::failed(check, why, format!("correct {setting}, or make the file")),
    }
}

fn signing(examined: &Examined, config: &Config) -> Finding {
    const CHECK: &str = "keys.signing";
    let is_reported = ["jwt.private_key_file", "jwt.private_key"]
        .iter()
        .any(|setting| examined.has_problem(setting));
    if is_reported {
        return Finding::not_applicable(CHECK, "see the errors of the configuration");
    }
    match key_ring(&config.keys) {
        Err(error) => Finding::failed(
            CHECK,
            error.to_string(),
            "make a key with `horizon-auth keys generate`",
        ),
        Ok(ring) => ring.signing().map_or_else(
            || Finding::ok(CHECK, "none is configured: it comes from the database"),
            |key| judge_signing(key, config.environment),
        ),
    }
}

fn judge_signing(key: &SigningKey, environment: Environment) -> Finding {
    const CHECK: &str = "keys.signing";
    let seen = format!(
        "{}, {} bits, kid {}",
        key.algorithm(),
        key.verifying_key().bits(),
        key.kid()
    );
    let Some(place) = example_key(key.kid()) else {
        return Finding::ok(CHECK, seen);
    };
    let seen = format!("{seen}: an example, which everybody can read in {place}");
    let fix = "make a key of your own with `horizon-auth keys generate`, and end all sessions";
    match environment {
        Environment::Production => Finding::failed(CHECK, seen, fix),
        Environment::Development => Finding::warning(CHECK, seen, fix),
    }
}

fn pepper(config: &Config) -> Finding {
    config.peppers.current().map_or_else(
        || {
            Finding::not_applicable(
                "keys.pepper",
                "none is configured: whoever gets the database can try passwords; see hashing.pepper_file",
            )
        },
        |version| {
            let all: Vec<String> = config
                .peppers
                .versions()
                .map(|version| version.to_string())
                .collect();
            Finding::ok(
                "keys.pepper",
                format!("new hashes use {version}, of {}", all.join(", ")),
            )
        },
    )
}

/// The keys in the database, and the hashes there that need a pepper.
pub(super) fn judge_stored(config: &Config, contents: &Contents, now: Timestamp) -> Vec<Finding> {
    let ring = key_ring(&config.keys).ok();
    let configured = ring.as_ref().and_then(KeyRing::signing).map(SigningKey::kid);
    let mut findings = vec![stored_keys(
        configured,
        &contents.keys,
        &contents.unopened_keys,
        config.keys.sealing_keys.is_empty(),
        &KeyTimes::of(&config.policy),
        now,
    )];
    if contents.lost_hashes.is_empty() {
        let count: i64 = contents.tables.hashes.iter().map(|group| group.count).sum();
        findings.push(Finding::ok(
            "keys.hashes",
            format!("all {count} stored password hashes can be verified"),
        ));
    }
    for lost in &contents.lost_hashes {
        let seen = format!(
            "{} stored password hashes cannot be verified: {}",
            lost.count, lost.reason
        );
        findings.push(match lost.pepper {
            Some(version) => Finding::failed(
                "keys.hashes",
                format!("{seen}, version {version}"),
                "bring back the line of that version in hashing.pepper_file; its owners cannot log in",
            ),
            None => Finding::warning(
                "keys.hashes",
                seen,
                "switch on the migration that the reason names, or let their owners reset the password",
            ),
        });
    }
    findings
}

fn stored_keys(
    configured: Option<&str>,
    keys: &[StoredKey],
    unopened: &[String],
    is_without_sealing_key: bool,
    times: &KeyTimes,
    now: Timestamp,
) -> Finding {
    const CHECK: &str = "keys.stored";
    let managed: Vec<&StoredKey> = keys.iter().filter(|key| key.state.is_managed()).collect();
    let Some(active) = managed.iter().find(|key| key.state == KeyState::Active) else {
        let over = keys
            .iter()
            .find(|key| key.state.is_over() && configured == Some(key.kid.as_str()));
        if let Some(key) = over {
            return Finding::failed(
                CHECK,
                format!(
                    "the configured key {} is {} since {}",
                    key.kid, key.state, key.changed_at
                ),
                "configure another in jwt.private_key_file: `horizon-auth keys generate` makes one",
            );
        }
        return Finding::not_applicable(CHECK, "the configured key signs, none of the database");
    };
    if is_without_sealing_key {
        return Finding::failed(
            CHECK,
            format!(
                "the key {} of the database signs, and no sealing key opens it here",
                active.kid
            ),
            "name the sealing key of the other nodes in jwt.sealing_key_file",
        );
    }
    if let Some(kid) = unopened.first() {
        return Finding::failed(
            CHECK,
            format!("the key {kid} was sealed with another sealing key"),
            format!(
                "configure that one in jwt.sealing_key_file; if it is lost, `horizon-auth keys revoke {kid}`"
            ),
        );
    }
    let grace = KeyTimes::CONFIRMED * 12;
    let overdue = managed
        .iter()
        .find(|key| key.due_at(times).is_some_and(|at| at + grace < now));
    if let Some(key) = overdue {
        return Finding::warning(
            CHECK,
            format!("the key {} should not be {} any more", key.kid, key.state),
            "running servers change keys by themselves: is one running with a sealing key?",
        );
    }
    let states: Vec<String> = managed
        .iter()
        .map(|key| format!("{} {}", key.kid, key.state))
        .collect();
    Finding::ok(CHECK, states.join(", "))
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
