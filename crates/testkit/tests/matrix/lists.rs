//! The list of routes and the router say the same; what is not on the list is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use horizon_auth_http::config::{HttpConfig, Profile};
use horizon_auth_http::{Who, documentation_routes, routes, sso_routes};
use horizon_auth_testkit::{TestApp, TestAuth};

use crate::routes::{PROFILES, concrete};

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FROBNICATE"];

/// What everybody may call, once more by hand: a route is public only if both lists say so.
const PUBLIC: [&str; 37] = [
    "DELETE /auth/refresh",
    "GET /.well-known/jwks.json",
    "GET /confirm-email",
    "GET /docs",
    "GET /docs/start.js",
    "GET /docs/swagger-ui.css",
    "GET /docs/swagger-ui.js",
    "GET /health/live",
    "GET /health/ready",
    "GET /login",
    "GET /openapi.json",
    "GET /reset-password",
    "GET /verify-email",
    "POST /auth/account/reactivate",
    "POST /auth/email/change/confirm",
    "POST /auth/login",
    "POST /auth/password-reset/complete",
    "POST /auth/password-reset/request",
    "POST /auth/refresh",
    "POST /auth/register",
    "POST /auth/request-reset",
    "POST /auth/request-verify",
    "POST /auth/reset-password",
    "POST /auth/verify",
    "POST /auth/verify-email",
    "POST /auth/verify-email/resend",
    "POST /confirm-email",
    "POST /login",
    "POST /reset-password",
    "POST /session/auth/account/reactivate",
    "POST /session/auth/login",
    "POST /session/auth/register",
    "POST /session/auth/request-reset",
    "POST /session/auth/request-verify",
    "POST /session/auth/reset-password",
    "POST /session/auth/verify",
    "POST /verify-email",
];

async fn app(profile: Profile) -> TestApp {
    let config = HttpConfig {
        profile,
        ..HttpConfig::new("https://auth.example.com".into())
    };
    TestApp::with_config(TestAuth::new().await, config)
}

async fn status(app: &TestApp, method: &str, path: &str) -> u16 {
    let request = Request::builder().method(method).uri(path).body(Body::empty());
    app.send(request.unwrap()).await.status.as_u16()
}

/// The methods of each path of a profile.
fn listed(profile: Profile) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut paths: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for route in routes(profile) {
        paths.entry(concrete(&route)).or_default().insert(route.method);
    }
    paths
}

#[tokio::test]
async fn every_method_that_is_listed_is_there_and_no_other() {
    for profile in PROFILES {
        let app = app(profile).await;
        for (path, methods) in listed(profile) {
            for method in METHODS {
                let status = status(&app, method, &path).await;
                if methods.contains(method) {
                    assert!(
                        ![404, 405].contains(&status),
                        "{profile:?} {method} {path}: {status}"
                    );
                } else {
                    assert_eq!(status, 405, "{profile:?} {method} {path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_path_of_another_profile_is_not_there() {
    let everywhere: BTreeSet<String> = PROFILES
        .into_iter()
        .flat_map(listed)
        .map(|(path, _)| path)
        .chain(sso_routes().into_iter().map(|route| route.path)) // another mode
        .chain(documentation_routes().into_iter().map(|route| route.path)) // not by itself
        .collect();
    for profile in PROFILES {
        let (app, here) = (app(profile).await, listed(profile));
        for path in everywhere.iter().filter(|path| !here.contains_key(*path)) {
            for method in METHODS {
                assert_eq!(
                    status(&app, method, path).await,
                    404,
                    "{profile:?} {method} {path}"
                );
            }
        }
    }
}

#[test]
fn every_path_in_the_source_of_the_routers_is_listed_and_the_other_way_round() {
    let mut written = BTreeSet::new();
    for file in ["router.rs", "pages/mod.rs", "openapi/page.rs"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../http/src")
            .join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let calls = text.split(".route(").skip(1).map(str::trim_start);
        for call in calls {
            let path = call
                .strip_prefix('"')
                .expect("a path is written where it is used");
            written.insert(path.split('"').next().unwrap().to_owned());
        }
    }
    let listed: BTreeSet<String> = [Profile::Token, Profile::Session]
        .into_iter()
        .flat_map(routes)
        .chain(sso_routes())
        .chain(documentation_routes())
        .map(|route| route.path)
        .collect();
    assert_eq!(written, listed);
}

#[test]
fn what_everybody_may_call_is_listed_twice() {
    let open = PROFILES
        .into_iter()
        .flat_map(routes)
        .chain(sso_routes())
        .chain(documentation_routes());
    let open = open.filter(|route| matches!(route.who, Who::Anyone | Who::RefreshCookie));
    let open: BTreeSet<String> = open
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let twice: BTreeSet<String> = PUBLIC.iter().map(|&line| line.to_owned()).collect();
    assert_eq!(open, twice);
}

#[test]
fn no_route_is_listed_twice_and_every_administrators_route_is_below_its_folder() {
    for profile in PROFILES {
        let all = routes(profile);
        let distinct: BTreeSet<_> = all.iter().map(|route| (route.method, &route.path)).collect();
        assert_eq!(distinct.len(), all.len());
        for route in &all {
            assert_eq!(
                route.who == Who::Admin,
                route.path.starts_with("/admin/"),
                "{}",
                route.path
            );
        }
    }
}
