//! The routes as an OpenAPI 3.1 document, and the page that shows it (ADR 26).
//!
//! The document walks through the list of routes, so it has no others. Names, limits and codes come from where they
//! are enforced. The tests' client holds every answer of the router against it.

mod common;
mod operation;
mod page;
mod parts;
mod render;
mod schemas;
mod session;
mod tags;
mod token;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use self::operation::Operation;
use self::parts::{headers, parameters, security_schemes};
use self::render::Scope;
use crate::config::{HttpConfig, Profile, TenantSource};
use crate::route_list::{Route, routes, sso_routes};
use crate::state::Http;

pub use page::documentation;

/// The document of the routes that these settings lead to.
#[must_use]
pub fn openapi(config: &HttpConfig) -> Value {
    document(&Scope::new(config, config.tenant != TenantSource::Fixed))
}

/// The document of a running front end, whose requests may name their tenant in a way of their own.
#[must_use]
pub fn openapi_of(http: &Http) -> Value {
    document(&Scope::new(&http.config, http.tenants.may_be_named()))
}

fn document(scope: &Scope<'_>) -> Value {
    let config = scope.config;
    let mut listed = routes(config.profile);
    if config.sso.is_some() {
        listed.extend(sso_routes());
    }
    let (mut paths, mut used) = (Map::new(), BTreeSet::new());
    for route in &listed {
        let Some((operation, id)) = find(config.profile, route) else {
            continue; // a test says that there is none
        };
        used.insert(operation.tag);
        let path = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        path[route.method.to_ascii_lowercase()] = render::operation(&operation, &id, route, scope);
    }
    let tags = tags::ALL.iter().filter(|(name, _)| used.contains(name));
    let tags: Vec<Value> = tags
        .map(|(name, about)| json!({ "name": name, "description": about }))
        .collect();
    let mut components = json!({
        "headers": headers(scope),
        "parameters": parameters(scope),
        "responses": render::lone_refusals(),
        "schemas": schemas::all(),
        "securitySchemes": security_schemes(scope),
    });
    let paths = Value::Object(paths);
    keep_used(&paths, &mut components);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Horizon Auth",
            "summary": "Accounts, log-ins and sessions",
            "description": scope.about(),
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": config.public_origin }],
        "tags": tags,
        "paths": paths,
        "components": components,
    })
}

/// What is told of a route, and the name of its operation, which no other one of the document has.
fn find(profile: Profile, route: &Route) -> Option<(Operation, String)> {
    let (method, path) = (route.method, route.path.as_str());
    let below = path.strip_prefix("/session").filter(|rest| rest.starts_with('/'));
    if let (Profile::Both, Some(below)) = (profile, below) {
        let operation = session::operation(method, below)?;
        let (first, rest) = operation.id.split_at(1);
        let id = format!("session{}{rest}", first.to_ascii_uppercase());
        return Some((operation, id));
    }
    let own = match profile {
        Profile::Token | Profile::Both => token::operation(method, path),
        Profile::Session => session::operation(method, path),
    };
    let operation = own.or_else(|| common::operation(method, path))?;
    let id = operation.id.to_owned();
    Some((operation, id))
}

/// Drops components that nothing refers to, directly or through others.
fn keep_used(paths: &Value, components: &mut Value) {
    let mut used = BTreeSet::new();
    let mut found = references(paths);
    while let Some(reference) = found.pop() {
        if let Some(component) = reference
            .strip_prefix("#/components")
            .and_then(|pointer| components.pointer(pointer))
        {
            let further = references(component);
            if used.insert(reference) {
                found.extend(further);
            }
        }
    }
    let Some(sections) = components.as_object_mut() else {
        return;
    };
    for (section, entries) in sections {
        // Requirements name their schemes without a reference.
        if let (false, Some(entries)) = (section == "securitySchemes", entries.as_object_mut()) {
            entries.retain(|name, _| used.contains(&format!("#/components/{section}/{name}")));
        }
    }
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter()
                .chain(fields.values().flat_map(references))
                .collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_every_profile_has_an_operation_and_every_operation_a_name_of_its_own() {
        for profile in [Profile::Token, Profile::Session, Profile::Both] {
            let all = [routes(profile), sso_routes()].concat();
            let ids: BTreeSet<String> = all
                .iter()
                .map(|route| {
                    let found = find(profile, route);
                    found
                        .unwrap_or_else(|| panic!("{profile:?} {} {}", route.method, route.path))
                        .1
                })
                .collect();
            assert_eq!(ids.len(), all.len(), "{profile:?}");
        }
    }

    #[test]
    fn everything_that_is_referred_to_is_there() {
        let document = openapi(&HttpConfig {
            profile: Profile::Both,
            tenant: TenantSource::Header("x-tenant-id".parse().unwrap()),
            sso: Some(crate::sso::SsoConfig::default()),
            ..HttpConfig::new("https://auth.example.com".to_owned())
        });
        for reference in references(&document) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
