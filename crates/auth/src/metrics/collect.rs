//! From what the parts have counted to what is published.

use std::time::Duration;

use horizon_auth_core::counts::Counts;
use horizon_auth_core::domain::measure::{Calls, Connections};
use horizon_auth_core::flows::Measurements;
#[cfg(feature = "http")]
use horizon_auth_http::Http;

use super::table::{
    BUILD, CAN_SIGN, CHORES_FAILED, CONNECTIONS, CONNECTIONS_MOST, CREDENTIALS, DATABASE_FAILURES,
    DATABASE_TIME, EVENTS, HASH_TIME, HASH_WAIT, HASHES_MOST, HASHES_REFUSED, HASHES_RUNNING, HASHES_WAITING,
    KEY_AGE, KEY_DUE, LEASE_AGE, LEASE_LENGTH, MAILS, MISSED_EVENTS, OPEN_SESSIONS, OUTBOX_LAG,
    OUTBOX_WAITING, PART_UP, RATE_LIMITED, READY, REDIS_FAILURES, REDIS_TIME,
};
#[cfg(feature = "http")]
use super::table::{HTTP_DURATION, HTTP_REQUESTS};
use super::{Metric, Metrics, Value};

/// Everything about one engine; `is_draining` if it serves the last requests before it ends.
pub(crate) fn collect(counts: &Counts, measured: &Measurements, is_draining: bool) -> Metrics {
    let mut metrics = Metrics(Vec::new());
    put_counts(&mut metrics, counts);
    metrics.put_one(&MISSED_EVENTS, Value::Whole(measured.missed_events));
    put_state(&mut metrics, measured, is_draining);
    put_hasher(&mut metrics, measured);
    put_calls(
        &mut metrics,
        &DATABASE_TIME,
        &DATABASE_FAILURES,
        &measured.database,
    );
    put_connections(&mut metrics, &measured.connections);
    // Commands that this set-up never sends would be noise.
    let used = measured.cache.iter().filter(|calls| calls.times.count() > 0);
    put_calls(&mut metrics, &REDIS_TIME, &REDIS_FAILURES, used);
    put_keys(&mut metrics, measured);
    put_mail(&mut metrics, measured);
    metrics.put(
        &BUILD,
        [(vec![env!("CARGO_PKG_VERSION").into()], Value::Whole(1))],
    );
    metrics
}

/// The requests of a front end.
#[cfg(feature = "http")]
pub(super) fn put_requests(metrics: &mut Metrics, http: &Http) {
    let rows: Vec<_> = http
        .request_times()
        .into_iter()
        .map(|row| {
            let labels = vec![row.method.into(), row.route.into(), row.status.to_string().into()];
            (labels, row.times)
        })
        .collect();
    let counted = rows
        .iter()
        .map(|(labels, times)| (labels.clone(), Value::Whole(times.count())));
    metrics.put(&HTTP_REQUESTS, counted);
    let timed = rows
        .into_iter()
        .map(|(labels, times)| (labels, Value::Times(times)));
    metrics.put(&HTTP_DURATION, timed);
}

fn put_counts(metrics: &mut Metrics, counts: &Counts) {
    let whole = |(kind, count)| (kind, Value::Whole(count));
    metrics.put_by_kind(&EVENTS, counts.events().map(whole));
    metrics.put_by_kind(&MAILS, counts.mails().map(whole));
    metrics.put_by_kind(&RATE_LIMITED, counts.rate_limited().map(whole));
    let tokens = counts
        .tokens()
        .map(|(verdict, count)| ("access_token", verdict, count));
    let cookies = counts
        .cookies()
        .map(|(verdict, count)| ("session_cookie", verdict, count));
    let presented = tokens
        .chain(cookies)
        .map(|(credential, verdict, count)| (vec![credential.into(), verdict.into()], Value::Whole(count)));
    metrics.put(&CREDENTIALS, presented);
    metrics.put_by_kind(&CHORES_FAILED, counts.failures().map(whole));
}

fn put_state(metrics: &mut Metrics, measured: &Measurements, is_draining: bool) {
    let health = &measured.health;
    let parts = health.parts.iter();
    metrics.put_by_kind(
        &PART_UP,
        parts.map(|part| (part.name, flag(part.latency.is_some()))),
    );
    metrics.put_one(&READY, flag(health.is_ready() && !is_draining));
    if let Some(lease) = measured.lease {
        metrics.put_one(&LEASE_AGE, lease.age.map(seconds));
        metrics.put_one(&LEASE_LENGTH, seconds(lease.length));
    }
    metrics.put_one(&OPEN_SESSIONS, measured.open_sessions.map(count));
}

fn put_hasher(metrics: &mut Metrics, measured: &Measurements) {
    let (now, times) = (&measured.hasher, &measured.hashing);
    metrics.put_one(&HASHES_RUNNING, Value::Whole(now.running as u64));
    metrics.put_one(&HASHES_MOST, Value::Whole(now.parallel as u64));
    metrics.put_one(&HASHES_WAITING, Value::Whole(now.waiting as u64));
    metrics.put_one(&HASH_WAIT, Value::Times(times.waits.clone()));
    metrics.put_one(&HASH_TIME, Value::Times(times.hashes.clone()));
    metrics.put_one(&HASHES_REFUSED, Value::Whole(times.refused));
}

fn put_calls<'a>(
    metrics: &mut Metrics,
    took: &'static Metric,
    failed: &'static Metric,
    calls: impl IntoIterator<Item = &'a Calls> + Clone,
) {
    let times = calls.clone().into_iter();
    metrics.put_by_kind(
        took,
        times.map(|calls| (calls.kind, Value::Times(calls.times.clone()))),
    );
    let failures = calls.into_iter();
    metrics.put_by_kind(
        failed,
        failures.map(|calls| (calls.kind, Value::Whole(calls.failed))),
    );
}

fn put_connections(metrics: &mut Metrics, pools: &[Connections]) {
    let states = pools
        .iter()
        .flat_map(|of| [(of.pool, "used", of.used), (of.pool, "idle", of.idle)]);
    metrics.put(
        &CONNECTIONS,
        states.map(|(pool, state, open)| (vec![pool.into(), state.into()], Value::Whole(open.into()))),
    );
    metrics.put_by_kind(
        &CONNECTIONS_MOST,
        pools.iter().map(|of| (of.pool, Value::Whole(of.most.into()))),
    );
}

fn put_keys(metrics: &mut Metrics, measured: &Measurements) {
    metrics.put_one(&CAN_SIGN, flag(measured.signing_key.is_some()));
    let Some(key) = measured.signing_key else { return };
    let age = key.since.map(|since| seconds(measured.at.since(since)));
    metrics.put_one(&KEY_AGE, age);
    let due = key
        .due_at
        .map(|at| Value::Whole(at.millis().unsigned_abs() / 1000));
    metrics.put_one(&KEY_DUE, due);
}

fn put_mail(metrics: &mut Metrics, measured: &Measurements) {
    let Some(backlog) = measured.backlog else { return };
    metrics.put_by_kind(
        &OUTBOX_WAITING,
        [("waiting", count(backlog.waiting)), ("dead", count(backlog.dead))],
    );
    let lag = backlog
        .oldest
        .map_or(Duration::ZERO, |oldest| measured.at.since(oldest));
    metrics.put_one(&OUTBOX_LAG, seconds(lag));
}

fn flag(is_so: bool) -> Value {
    Value::Whole(is_so.into())
}

fn seconds(time: Duration) -> Value {
    Value::Real(time.as_secs_f64())
}

fn count(rows: i64) -> Value {
    Value::Whole(rows.unsigned_abs())
}
