//! Database: reachable, current, safe from a power cut, large enough.

use std::path::Path;
use std::time::Duration;

use horizon_auth::config::{Config, Environment};
use horizon_auth::doctor::{Contents, DatabaseReport, PostgresFacts, ServerFacts, SqliteFacts};
use horizon_auth::operator::Timestamp;

use super::finding::{Finding, millis};

/// What a request is fast with.
const SLOW: Duration = Duration::from_millis(20);
const OLDEST_POSTGRES: i64 = 140_000;
/// File systems that other machines may write to, or that do not lock as SQLite needs.
const SHARED: [&str; 10] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "fuse.sshfs",
    "fuse.s3fs",
    "ceph",
    "glusterfs",
];

/// Everything about the database.
pub(super) fn judge(config: &Config, report: &Result<DatabaseReport, String>) -> Vec<Finding> {
    let report = match report {
        Ok(report) => report,
        Err(why) => {
            return vec![Finding::failed(
                "database.reached",
                why.clone(),
                "start the database, or correct database.url; for a new SQLite file run `horizon-auth migrate`",
            )];
        }
    };
    let mut findings = match &report.server {
        ServerFacts::Postgres(facts) => postgres(facts, config),
        ServerFacts::Sqlite(facts) => sqlite(facts),
    };
    findings.push(schema(report, config.environment));
    findings
}

fn schema(report: &DatabaseReport, environment: Environment) -> Finding {
    const CHECK: &str = "database.schema";
    let status = match &report.schema {
        Ok(status) => status,
        Err(why) => return Finding::failed(CHECK, why.clone(), "see what the database says about it"),
    };
    let seen = format!("{} of {} migrations are applied", status.applied, status.known);
    let run = "run `horizon-auth migrate`";
    if status.applied > status.known {
        Finding::failed(CHECK, seen, "run the newer program that fits the database")
    } else if status.is_current() {
        Finding::ok(CHECK, seen)
    } else {
        match environment {
            Environment::Production => Finding::failed(CHECK, seen, run),
            Environment::Development => {
                Finding::warning(CHECK, seen, format!("{run}, or start the server, which does"))
            }
        }
    }
}

fn postgres(facts: &PostgresFacts, config: &Config) -> Vec<Finding> {
    let version = &facts.version;
    let mut findings = vec![if facts.version_number < OLDEST_POSTGRES {
        Finding::failed(
            "database.reached",
            format!("PostgreSQL {version}, but 14 or later is needed"),
            "upgrade PostgreSQL",
        )
    } else if facts.latency > SLOW {
        Finding::warning(
            "database.reached",
            format!(
                "PostgreSQL {version}, and a round trip takes {}",
                millis(facts.latency)
            ),
            "bring the database nearer: every log-in makes several round trips",
        )
    } else {
        Finding::ok(
            "database.reached",
            format!("PostgreSQL {version}, {} for a round trip", millis(facts.latency)),
        )
    }];
    findings.push(if facts.is_standby || facts.is_read_only {
        let what = if facts.is_standby {
            "is a standby"
        } else {
            "takes no writes"
        };
        Finding::failed(
            "database.writable",
            format!("the server {what}"),
            "name the primary in database.url, or add target_session_attrs=read-write and all hosts",
        )
    } else {
        Finding::ok("database.writable", "it takes writes")
    });
    findings.push(durability(facts));
    findings.push(connections(facts, i64::from(config.database.max_connections)));
    findings.push(if facts.is_remote && !facts.is_encrypted {
        Finding::warning(
            "database.encryption",
            "the connection crosses a network in clear",
            "add ?sslmode=verify-full to database.url",
        )
    } else if facts.is_encrypted {
        Finding::ok("database.encryption", "TLS")
    } else {
        Finding::not_applicable("database.encryption", "the server is on this machine")
    });
    findings.push(match (facts.is_superuser, config.environment) {
        (true, Environment::Production) => Finding::warning(
            "database.user",
            "the service connects as a superuser",
            "give it a role of its own that owns only its database",
        ),
        (true, Environment::Development) => {
            Finding::ok("database.user", "a superuser, which production should not use")
        }
        (false, _) => Finding::ok("database.user", "no superuser"),
    });
    findings
}

fn durability(facts: &PostgresFacts) -> Finding {
    const CHECK: &str = "database.durability";
    if !facts.survives_power_cut {
        return Finding::failed(
            CHECK,
            "fsync or full_page_writes is off: a power cut can destroy the database",
            "ALTER SYSTEM RESET fsync; ALTER SYSTEM RESET full_page_writes; SELECT pg_reload_conf()",
        );
    }
    if facts.synchronous_commit == "off" {
        return Finding::failed(
            CHECK,
            "synchronous_commit is off: a crash can lose the last commits, and what was revoked in them lives again",
            "ALTER SYSTEM RESET synchronous_commit; SELECT pg_reload_conf()",
        );
    }
    Finding::ok(
        CHECK,
        format!("fsync on, synchronous_commit {}", facts.synchronous_commit),
    )
}

fn connections(facts: &PostgresFacts, pool: i64) -> Finding {
    const CHECK: &str = "database.connections";
    let usable = facts.max_connections - facts.reserved_connections;
    // One more holds the claim.
    let needed = pool + 1;
    let seen = format!(
        "a node may open {needed}, the server takes {usable}, {} are open",
        facts.open_connections
    );
    if needed > usable {
        Finding::failed(
            CHECK,
            seen,
            "lower database.max_connections, or raise max_connections of PostgreSQL",
        )
    } else if needed * 2 > usable {
        Finding::warning(
            CHECK,
            format!("{seen}: there is no room for a second node"),
            "lower database.max_connections, or raise max_connections of PostgreSQL",
        )
    } else {
        Finding::ok(CHECK, seen)
    }
}

fn sqlite(facts: &SqliteFacts) -> Vec<Finding> {
    let file = &facts.file;
    let mut findings = vec![Finding::ok(
        "database.reached",
        format!("SQLite {}, {}", facts.version, file.display()),
    )];
    findings.push(if facts.journal_mode == "wal" {
        Finding::ok("database.journal", "write-ahead log")
    } else {
        Finding::warning(
            "database.journal",
            format!("the journal mode is {}", facts.journal_mode),
            "start the server once: it switches to write-ahead logging",
        )
    });
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let file = file.canonicalize().unwrap_or_else(|_| file.clone());
    findings.push(file_system(mounted_as(&mounts, &file)));
    findings.push(match super::files::facts(&file) {
        Ok(facts) => super::files::judge("database.file", &file, &facts),
        Err(why) => Finding::failed("database.file", why, "check the path and who may read it"),
    });
    findings
}

fn file_system(kind: Option<&str>) -> Finding {
    const CHECK: &str = "database.file_system";
    match kind {
        None => Finding::not_applicable(CHECK, "this system does not tell"),
        Some(kind) if SHARED.contains(&kind) => Finding::failed(
            CHECK,
            format!("the file is on {kind}, whose locks SQLite cannot rely on"),
            "move it to a disk of this machine, or use PostgreSQL",
        ),
        Some(kind) => Finding::ok(CHECK, kind.to_owned()),
    }
}

/// The kind of file system that a path is on, from the text of `/proc/self/mountinfo`.
fn mounted_as<'a>(mounts: &'a str, path: &Path) -> Option<&'a str> {
    let mounts = mounts.lines().filter_map(|line| {
        let (front, back) = line.split_once(" - ")?;
        let place = front.split(' ').nth(4)?;
        let kind = back.split(' ').next()?;
        path.starts_with(place).then_some((place.len(), kind))
    });
    // Of two at one place the later one hides the other.
    mounts.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

/// Everything about what is in the tables that no other section tells.
pub(super) fn judge_mails(contents: &Contents, now: Timestamp, sends: bool) -> Vec<Finding> {
    const LATE: Duration = Duration::from_secs(120);
    let tables = &contents.tables;
    let late = tables.mail_due_since.map(|since| now.since(since));
    let seen = format!(
        "{} mails wait, {} of them after a failed attempt",
        tables.mails_waiting, tables.mails_retried
    );
    let waiting = if !sends && tables.mails_waiting > 0 {
        Finding::warning(
            "mail.outbox",
            seen,
            "mail.transport is \"none\": configure another, or they expire",
        )
    } else if let Some(late) = late.filter(|late| *late > LATE) {
        Finding::warning(
            "mail.outbox",
            format!("{seen}; the oldest is due since {} s", late.as_secs()),
            "is a server running? Its log says \"a mail was not sent yet\" and why",
        )
    } else if tables.mails_retried > 0 {
        Finding::warning(
            "mail.outbox",
            seen,
            "the log says \"a mail was not sent yet\" and why, and so does outbox.last_error",
        )
    } else {
        Finding::ok("mail.outbox", seen)
    };
    let dead = tables.mails_dead;
    let given_up = if dead == 0 {
        Finding::ok("mail.given_up", "none")
    } else {
        Finding::warning(
            "mail.given_up",
            format!("{dead} mails were given up in the last days"),
            "SELECT kind, last_error FROM outbox WHERE dead_at IS NOT NULL; who waits for one has to ask again",
        )
    };
    vec![waiting, given_up]
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
