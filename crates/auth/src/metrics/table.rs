//! Every number that is published. What is not here has no name; the reference page is made from it.

use super::{Metric, MetricKind};

const fn metric(
    kind: MetricKind,
    name: &'static str,
    labels: &'static [&'static str],
    about: &'static str,
) -> Metric {
    Metric {
        name,
        kind,
        labels,
        about,
    }
}

/// The names that only grow.
const fn counter(name: &'static str, labels: &'static [&'static str], about: &'static str) -> Metric {
    metric(MetricKind::Counter, name, labels, about)
}

const fn gauge(name: &'static str, labels: &'static [&'static str], about: &'static str) -> Metric {
    metric(MetricKind::Gauge, name, labels, about)
}

const fn histogram(name: &'static str, labels: &'static [&'static str], about: &'static str) -> Metric {
    metric(MetricKind::Histogram, name, labels, about)
}

/// Defines each metric and lists all of them.
macro_rules! table {
    ($($name:ident = $metric:expr;)+) => {
        $(pub(super) static $name: Metric = $metric;)+

        /// Every metric there is.
        pub static METRICS: &[&Metric] = &[$(&$name,)+];
    };
}

table! {
    HTTP_REQUESTS = counter("http_requests_total", &["method", "route", "status_code"],
        "Requests by route as in the list of routes (`unmatched` if there is none) and status; 499 if the client went \
         away before the answer.");
    HTTP_DURATION = histogram("http_request_duration_seconds", &["method", "route", "status_code"],
        "Time until the head of the answer; a client that sends its body slowly is part of it.");
    EVENTS = counter("auth_events_total", &["kind"],
        "Security events that were committed, by kind; docs/reference/events.md lists them.");
    MAILS = counter("email_events_total", &["kind"],
        "Mails that were due, by what became of them: sent, postponed, given_up or dropped.");
    OPEN_SESSIONS = gauge("redis_sessions_active", &[],
        "Sessions that have neither ended nor expired, in all tenants, counted in the SQL database at most once a \
         minute; only the name says Redis. Every node tells the same number: take the maximum, not the sum.");
    RATE_LIMITED = counter("horizon_auth_rate_limited_total", &["rule"],
        "Attempts that were refused because there were too many, by rule.");
    CREDENTIALS = counter("horizon_auth_credentials_total", &["credential", "verdict"],
        "Access tokens and session cookies that were presented, by what was said about them; unknown if nobody could tell.");
    MISSED_EVENTS = counter("horizon_auth_events_missed_total", &[],
        "Security events that listeners within the process have missed because they fell behind. The audit trail has them.");
    LOST_LOG_LINES = counter("horizon_auth_log_lines_lost_total", &[],
        "Log lines that standard error did not take, those of security events among them. The audit trail has the events.");
    HASHES_RUNNING = gauge("horizon_auth_hashes_running", &[],
        "Password hashes that are being computed.");
    HASHES_MOST = gauge("horizon_auth_hashes_running_max", &[],
        "Most password hashes that run at once.");
    HASHES_WAITING = gauge("horizon_auth_hashes_waiting", &[],
        "Requests that wait for their turn to hash.");
    HASH_WAIT = histogram("horizon_auth_hash_wait_seconds", &[],
        "Time from a request to its turn to hash.");
    HASH_TIME = histogram("horizon_auth_hash_duration_seconds", &[],
        "Time of a password hash from its turn on.");
    HASHES_REFUSED = counter("horizon_auth_hashes_refused_total", &[],
        "Requests that were refused with 503 because too many were waiting to hash.");
    PART_UP = gauge("horizon_auth_part_up", &["part"],
        "1 if the part answers within a second: database, redis, and revocations, which is 0 while this node refuses \
         tokens because it may lack a revocation.");
    READY = gauge("horizon_auth_ready", &[],
        "1 if the node is ready, as /health/ready says.");
    DATABASE_TIME = histogram("horizon_auth_database_call_seconds", &["call"],
        "Time of calls to the database: connect (until a connection is free, in a transaction with its beginning), \
         statement, commit.");
    DATABASE_FAILURES = counter("horizon_auth_database_call_failures_total", &["call"],
        "Calls to the database that got no answer.");
    CONNECTIONS = gauge("horizon_auth_database_connections", &["pool", "state"],
        "Open connections to the database, used or idle.");
    CONNECTIONS_MOST = gauge("horizon_auth_database_connections_max", &["pool"],
        "Most connections to the database that may be open.");
    REDIS_TIME = histogram("horizon_auth_redis_call_seconds", &["command"],
        "Time of calls to Redis, attempts to connect and to repeat included; with Redis only.");
    REDIS_FAILURES = counter("horizon_auth_redis_call_failures_total", &["command"],
        "Calls to Redis that got no good answer in time; with Redis only.");
    LEASE_AGE = gauge("horizon_auth_revocation_lease_age_seconds", &[],
        "Time since this node proved that it had heard every revocation; beyond horizon_auth_revocation_lease_seconds it \
         refuses tokens. With Redis and replicated revocation only.");
    LEASE_LENGTH = gauge("horizon_auth_revocation_lease_seconds", &[],
        "How old that proof may become, as configured; with Redis and replicated revocation only.");
    OUTBOX_WAITING = gauge("horizon_auth_outbox_mails", &["state"],
        "Mails in the outbox: waiting (to be sent, or to be tried again) or dead (given up and not expired). Every node \
         tells the same number.");
    OUTBOX_LAG = gauge("horizon_auth_outbox_lag_seconds", &[],
        "Age of the oldest waiting mail; 0 if none waits.");
    CAN_SIGN = gauge("horizon_auth_signing_key_usable", &[],
        "1 if this node has the key that signs now.");
    KEY_AGE = gauge("horizon_auth_signing_key_age_seconds", &[],
        "How long the key that signs has done so; a configured key that was not rotated in: since a node first published it.");
    KEY_DUE = gauge("horizon_auth_signing_key_rotation_timestamp_seconds", &[],
        "When the next key signs or is made, in seconds since 1970; only if a change is planned or jwt.rotation_period is set.");
    CHORES_FAILED = counter("horizon_auth_background_failures_total", &["task"],
        "Work in the background that failed and is tried again: housekeeping, mail.");
    BUILD = gauge("horizon_auth_build_info", &["version"],
        "1; the version is its label.");
    PROCESS_CPU = counter("process_cpu_seconds_total", &[],
        "Processor time of the process; the program on Linux only, as the rest of process_*.");
    PROCESS_MEMORY = gauge("process_resident_memory_bytes", &[],
        "Memory of the process that is in the machine's.");
    PROCESS_VIRTUAL = gauge("process_virtual_memory_bytes", &[],
        "Address space of the process.");
    PROCESS_FDS = gauge("process_open_fds", &[],
        "Open files and sockets.");
    PROCESS_FDS_MOST = gauge("process_max_fds", &[],
        "Most files and sockets that may be open.");
    PROCESS_START = gauge("process_start_time_seconds", &[],
        "When the process started, in seconds since 1970.");
}
