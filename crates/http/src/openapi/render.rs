//! From what is told of an operation to its place in the document.

use std::collections::BTreeMap;

use horizon_auth_core::error::Code;
use serde_json::{Map, Value, json};

use super::operation::{Answer, Body, Content, Operation, Trait};
use super::schemas;
use crate::config::{HttpConfig, Profile, TenantSource};
use crate::cookies::RefreshCookie;
use crate::route_list::{Route, Who};
use crate::session_cookies::SessionCookies;

/// What the document is about.
pub(super) struct Scope<'a> {
    pub(super) config: &'a HttpConfig,
    /// Whether a request can name a tenant.
    pub(super) names_tenant: bool,
    pub(super) refresh: RefreshCookie,
    pub(super) sessions: SessionCookies,
}

impl<'a> Scope<'a> {
    pub(super) fn new(config: &'a HttpConfig, names_tenant: bool) -> Self {
        Self {
            config,
            names_tenant,
            refresh: RefreshCookie::new(&config.cookie),
            sessions: SessionCookies::new(&config.cookie, &config.session),
        }
    }

    pub(super) fn tenant_header(&self) -> Option<&str> {
        match &self.config.tenant {
            TenantSource::Header(name) => Some(name.as_str()),
            TenantSource::Fixed | TenantSource::Subdomain(_) => None,
        }
    }

    /// What holds for all of it.
    pub(super) fn about(&self) -> String {
        let mut text = String::from(
            "Errors have one body; branch on its `code`. Fields that are not documented have no effect in a request, \
             and may be added to an answer. Times are UTC. Every answer names its request in `X-Request-Id`.",
        );
        if self.config.profile.has_sessions() {
            text.push_str(
                " An unsafe request that is authenticated by the session cookie needs the header `X-CSRF-Token` with \
                 the value of the cookie beside it, and comes from a page of this origin.",
            );
        }
        match &self.config.tenant {
            TenantSource::Subdomain(_) => {
                text.push_str(" Each tenant has a host of its own, below the domain of the service.");
            }
            TenantSource::Fixed | TenantSource::Header(_) => {}
        }
        text
    }
}

pub(super) fn operation(operation: &Operation, id: &str, route: &Route, scope: &Scope<'_>) -> Value {
    let mut written = json!({
        "operationId": id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "security": security(operation, route, scope.config.profile),
        "responses": responses(operation, route, scope),
    });
    let mut parameters = operation.parameters.clone();
    if scope.tenant_header().is_some() && looks_at_tenant(operation, route.who) {
        parameters.push("tenant");
    }
    if !parameters.is_empty() {
        let references = parameters.iter().map(|name| reference("parameters", name));
        written["parameters"] = references.collect();
    }
    if let Some(body) = request_body(operation.body) {
        written["requestBody"] = body;
    }
    written
}

pub(super) fn reference(section: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{section}/{name}") })
}

fn is_unsafe(route: &Route) -> bool {
    route.method != "GET"
}

const fn is_for_people(who: Who) -> bool {
    matches!(who, Who::User | Who::SessionCookie | Who::Admin)
}

fn looks_at_tenant(operation: &Operation, who: Who) -> bool {
    operation.is(Trait::FindsTenant) || is_for_people(who)
}

fn request_body(body: Body) -> Option<Value> {
    let (media, schema, is_required) = match body {
        Body::None | Body::Ignored => return None,
        Body::Json(schema) => ("application/json", schema, true),
        Body::OptionalJson(schema) => ("application/json", schema, false),
        Body::Form(schema) => ("application/x-www-form-urlencoded", schema, true),
    };
    let mut content = json!({ "schema": reference("schemas", schema) });
    if let Some(example) = schemas::example(schema) {
        content["example"] = example;
    }
    Some(json!({ "required": is_required, "content": { media: content } }))
}

/// Any one of these lets a caller in.
fn security(operation: &Operation, route: &Route, profile: Profile) -> Value {
    let token = json!({ "accessToken": [] });
    let cookie = if is_unsafe(route) {
        json!({ "sessionCookie": [], "csrfToken": [] })
    } else {
        json!({ "sessionCookie": [] })
    };
    let mut ways = match (route.who, profile) {
        (Who::Anyone, _) if !operation.is(Trait::CredentialsMayBeMissing) => vec![],
        (Who::RefreshCookie, _) => vec![json!({ "refreshCookie": [] })],
        (Who::Service, _) => vec![json!({ "service": [] })],
        (Who::SessionCookie, _) => vec![cookie],
        (Who::Anyone | Who::User | Who::Admin, Profile::Token) => vec![token],
        (Who::Anyone | Who::User | Who::Admin, Profile::Session) => vec![cookie, token],
        (Who::Anyone | Who::User | Who::Admin, Profile::Both) => vec![token, cookie],
    };
    if operation.is(Trait::CredentialsMayBeMissing) {
        ways.push(json!({}));
    }
    Value::Array(ways)
}

/// Every refusal that an operation knows: its own, and those that follow from who may call it and what is sent.
fn codes(operation: &Operation, route: &Route, scope: &Scope<'_>) -> BTreeMap<u16, Vec<Code>> {
    let mut known = operation.codes.clone();
    known.push(Code::Internal);
    if !operation.is(Trait::NeedsNoStorage) {
        known.push(Code::Unavailable);
    }
    match operation.body {
        Body::None => {}
        Body::Ignored | Body::Json(_) | Body::OptionalJson(_) => known.extend([
            Code::InvalidInput,
            Code::MalformedJson,
            Code::UnsupportedMediaType,
            Code::PayloadTooLarge,
            Code::RequestTimeout,
        ]),
        Body::Form(_) => known.extend([Code::InvalidInput, Code::PayloadTooLarge, Code::RequestTimeout]),
    }
    let has_sessions = scope.config.profile.has_sessions();
    let looks_at_credentials =
        is_for_people(route.who) || route.who == Who::Anyone && operation.is(Trait::CredentialsMayBeMissing);
    if looks_at_credentials {
        known.extend([
            Code::TokenInvalid,
            Code::TokenExpired,
            Code::TokenRevoked,
            Code::TenantMismatch,
        ]);
        if !operation.is(Trait::CredentialsMayBeMissing) {
            known.push(Code::TokenMissing);
        }
        if has_sessions {
            known.extend([Code::SessionInvalid, Code::SessionEnded]);
            if is_unsafe(route) {
                known.extend([Code::CrossSite, Code::CsrfInvalid]);
            }
        }
    }
    if operation.is(Trait::ExpectsOwnPage) && is_unsafe(route) {
        known.push(Code::CrossSite);
    }
    if route.who == Who::Admin {
        known.push(Code::Forbidden);
    }
    if scope.names_tenant && looks_at_tenant(operation, route.who) {
        known.push(Code::TenantInvalid);
    }
    if scope.names_tenant && operation.is(Trait::FindsTenant) {
        known.extend([Code::UnknownTenant, Code::TenantDisabled, Code::RateLimited]);
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in Code::ALL.iter().filter(|code| known.contains(code)) {
        by_status.entry(code.status()).or_default().push(*code);
    }
    by_status
}

fn responses(operation: &Operation, route: &Route, scope: &Scope<'_>) -> Value {
    let mut written = Map::new();
    for (status, codes) in codes(operation, route, scope) {
        let refusal = match codes.as_slice() {
            _ if operation.is(Trait::IsPage) => page_refusal(&codes),
            [code] if !takes_cookies_away(&codes) => reference("responses", code.wire()),
            codes => refusal(codes),
        };
        written.insert(status.to_string(), refusal);
    }
    for told in &operation.answers {
        written.insert(told.status.to_string(), answer(told, scope.config.profile));
    }
    Value::Object(written)
}

fn answer(told: &Answer, profile: Profile) -> Value {
    let mut headers = common_headers();
    for (name, component) in told.headers {
        headers[*name] = reference("headers", component);
    }
    if told.sets_cookies {
        headers["Set-Cookie"] = reference("headers", "cookies");
    }
    let mut written = json!({ "description": told.about, "headers": headers });
    let schema = match (told.content, profile) {
        (Content::None, _) => None,
        (Content::Page, _) => {
            written["content"] = json!({ "text/html": { "schema": { "type": "string" } } });
            None
        }
        (Content::Json(name) | Content::ByCredentials(name, _), Profile::Token)
        | (Content::Json(name), Profile::Session | Profile::Both) => Some(reference("schemas", name)),
        (Content::ByCredentials(token, cookie), Profile::Session | Profile::Both) => {
            Some(json!({ "oneOf": [reference("schemas", token), reference("schemas", cookie)] }))
        }
    };
    if let Some(schema) = schema {
        written["content"] = json!({ "application/json": { "schema": schema } });
    }
    written
}

fn common_headers() -> Value {
    json!({
        "X-Request-Id": reference("headers", "requestId"),
        "Cache-Control": reference("headers", "private"),
    })
}

/// Refusals that come alone, by code: most operations share them.
pub(super) fn lone_refusals() -> Value {
    let all = Code::ALL
        .iter()
        .map(|code| (code.wire().to_owned(), refusal(&[*code])));
    Value::Object(all.collect())
}

/// A cookie that will never work again is removed with the refusal.
fn takes_cookies_away(codes: &[Code]) -> bool {
    codes.iter().any(|code| {
        matches!(
            code,
            Code::SessionInvalid
                | Code::SessionEnded
                | Code::RefreshInvalid
                | Code::RefreshExpired
                | Code::RefreshReused
        )
    })
}

fn refusal(codes: &[Code]) -> Value {
    let status = codes.first().map_or(500, |code| code.status());
    let mut headers = common_headers();
    match status {
        401 => headers["WWW-Authenticate"] = reference("headers", "challenge"),
        429 | 503 => headers["Retry-After"] = reference("headers", "retryAfter"),
        _ => {}
    }
    if takes_cookies_away(codes) {
        headers["Set-Cookie"] = reference("headers", "cookies");
    }
    let names: Vec<&str> = codes.iter().map(|code| code.wire()).collect();
    let schema = json!({
        "allOf": [
            reference("schemas", "Error"),
            {
                "type": "object",
                "required": ["statusCode", "code"],
                "properties": { "statusCode": { "const": status }, "code": { "enum": names } },
            },
        ],
    });
    json!({
        "description": words(codes),
        "headers": headers,
        "content": { "application/json": { "schema": schema } },
    })
}

/// The same told by a page.
fn page_refusal(codes: &[Code]) -> Value {
    let mut written = refusal(codes);
    written["content"] = json!({ "text/html": { "schema": { "type": "string" } } });
    written
}

/// The codes with what is said to people.
fn words(codes: &[Code]) -> String {
    let said: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}", code.wire(), code.title()))
        .collect();
    said.join("\n\n")
}
