//! The document of the routes, and the page that shows it. That the document is true is what every other test
//! here shows: the client holds each answer against it.

use std::collections::BTreeSet;

use axum::http::{Method, Request};
use horizon_auth_http::config::{HttpConfig, Profile};
use horizon_auth_http::sso::SsoConfig;
use horizon_auth_http::{documentation_routes, openapi, routes, sso_routes};
use horizon_auth_testkit::{Answer, TestApp, TestAuth};
use serde_json::Value;

use crate::support::{ORIGIN, assert_problem, bare, with_cookie};

const PROFILES: [Profile; 3] = [Profile::Token, Profile::Session, Profile::Both];

fn config() -> HttpConfig {
    HttpConfig {
        openapi: true,
        ..HttpConfig::new(ORIGIN.to_owned())
    }
}

async fn app() -> TestApp {
    TestApp::with_config(TestAuth::new().await, config())
}

fn operations(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    let named = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap();
        methods
            .keys()
            .map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    named.collect()
}

#[test]
fn the_document_has_the_routes_of_the_list_and_no_other() {
    for profile in PROFILES {
        for sso in [None, Some(SsoConfig::default())] {
            let mut listed = routes(profile);
            if sso.is_some() {
                listed.extend(sso_routes());
            }
            let listed: BTreeSet<String> = listed
                .iter()
                .map(|route| format!("{} {}", route.method, route.path))
                .collect();
            let document = openapi(&HttpConfig {
                profile,
                sso,
                ..config()
            });
            assert_eq!(operations(&document), listed, "{profile:?}");
        }
    }
}

#[tokio::test]
async fn the_document_is_served_where_the_settings_want_it_and_nowhere_else() {
    let wanted = app().await;
    let answer = wanted.open("/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(), openapi(&config()));
    let unwanted = TestApp::new(TestAuth::new().await);
    for route in documentation_routes() {
        // Scripts and style are packed, so only the head is read.
        let head = || Request::head(&route.path);
        let answer = bare(&wanted, head()).await;
        assert_eq!(answer.status, 200, "{}", route.path);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let is_packed = route.path.contains("swagger-ui");
        assert_eq!(
            answer.header("content-encoding") == "gzip",
            is_packed,
            "{}",
            route.path
        );
        assert_eq!(bare(&unwanted, head()).await.status, 404, "{}", route.path);
        let posted = bare(&wanted, with_cookie(Method::POST, &route.path, "a=b")).await;
        assert_problem(
            &posted,
            horizon_auth_core::error::Code::MethodNotAllowed,
            &route.path,
        );
    }
}

/// What a page names in attributes of that name.
fn named<'a>(page: &'a Answer, attribute: &str) -> Vec<&'a str> {
    let parts = page.text.split(attribute).skip(1);
    parts.map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_runs_no_script_of_its_own_text() {
    let app = app().await;
    let page = app.open("/docs").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!page.text.contains("<script>") && !page.text.contains("<style"));
    let loaded = [named(&page, "src=\""), named(&page, "href=\"")].concat();
    assert!(loaded.len() >= 4, "{loaded:?}");
    for address in loaded {
        let path = format!("/{address}");
        assert!(
            documentation_routes().iter().any(|route| route.path == path),
            "{address}"
        );
    }
}
