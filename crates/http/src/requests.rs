//! What was asked and how long it took: one row for each route, method and status there has been.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use axum::extract::{MatchedPath, NestedPath};
use axum::http::{Extensions, Method, StatusCode};
use horizon_auth_core::domain::ids::RequestId;
use horizon_auth_core::domain::measure::{Histogram, Times};
use tracing::Span;
use tracing::field::Empty;

use crate::config::Profile;
use crate::route_list::{routes, sso_routes};

/// The methods that are told apart; every other one is `OTHER`.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];
const OTHER_METHOD: &str = "OTHER";
/// What was asked for has no route. Never the path itself: anybody can make up paths without end.
const NO_ROUTE: &str = "unmatched";
/// The client went away before the answer. No status of ours; proxies log it as this one.
const GONE: u16 = 499;

/// The requests of one front end since it was made.
#[derive(Debug)]
pub(crate) struct Requests {
    /// The routes that there are, and the place of each.
    routes: Vec<String>,
    places: HashMap<String, usize>,
    rows: RwLock<BTreeMap<Key, Arc<Histogram>>>,
}

/// Place of the route (past the end: none), place of the method (likewise), status.
type Key = (usize, usize, u16);

/// The requests of one route with one method that ended in one status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestTimes {
    /// The route as [`routes`](crate::routes()) lists it, or `unmatched`.
    pub route: String,
    /// The method, or `OTHER`.
    pub method: &'static str,
    /// The status; 499 if the client went away before there was one.
    pub status: u16,
    /// How long it took until the head of the answer.
    pub times: Times,
}

impl Requests {
    pub(crate) fn new(profile: Profile) -> Self {
        let mut names: Vec<String> = routes(profile)
            .into_iter()
            .chain(sso_routes())
            .map(|route| route.path)
            .collect();
        names.sort_unstable();
        names.dedup();
        Self {
            places: names.iter().cloned().zip(0..).collect(),
            routes: names,
            rows: RwLock::default(),
        }
    }

    /// A request that has come. It is noted when the answer is told to it, or when it is dropped without.
    pub(crate) fn begin(&self, method: &Method, extensions: &Extensions) -> Begun<'_> {
        let method = METHODS.iter().position(|known| *known == method.as_str());
        Begun {
            requests: self,
            route: self.route(extensions),
            method: method.unwrap_or(METHODS.len()),
            status: GONE,
            since: Instant::now(),
        }
    }

    /// The route without the path below which an application has put all of ours.
    fn route(&self, extensions: &Extensions) -> usize {
        let nested = extensions.get::<NestedPath>().map_or("/", NestedPath::as_str);
        let place = extensions.get::<MatchedPath>().and_then(|matched| {
            let path = matched.as_str();
            let own = path.strip_prefix(nested.trim_end_matches('/')).unwrap_or(path);
            self.places.get(own)
        });
        place.copied().unwrap_or(self.routes.len())
    }

    fn name(&self, route: usize) -> &str {
        self.routes.get(route).map_or(NO_ROUTE, String::as_str)
    }

    fn row(&self, key: Key) -> Arc<Histogram> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = rows.get(&key) {
            return Arc::clone(row);
        }
        drop(rows);
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(rows.entry(key).or_default())
    }

    pub(crate) fn read(&self) -> Vec<RequestTimes> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        rows.iter()
            .map(|(&(route, method, status), row)| RequestTimes {
                route: self.name(route).to_owned(),
                method: method_name(method),
                status,
                times: row.read(),
            })
            .collect()
    }
}

fn method_name(method: usize) -> &'static str {
    METHODS.get(method).copied().unwrap_or(OTHER_METHOD)
}

/// A request under way.
pub(crate) struct Begun<'a> {
    requests: &'a Requests,
    route: usize,
    method: usize,
    status: u16,
    since: Instant,
}

impl Begun<'_> {
    /// What whoever traces sees of it: nothing about a person.
    pub(crate) fn span(&self, id: RequestId) -> Span {
        let (method, route) = (method_name(self.method), self.requests.name(self.route));
        tracing::trace_span!(
            target: "horizon_auth::trace",
            "http request",
            otel.name = format_args!("{method} {route}"),
            otel.kind = "server",
            http.request.method = method,
            http.route = route,
            http.response.status_code = Empty,
            requestId = %id,
        )
    }

    pub(crate) fn answered(mut self, status: StatusCode) {
        self.status = status.as_u16();
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        let row = self.requests.row((self.route, self.method, self.status));
        row.note(self.since.elapsed());
    }
}
