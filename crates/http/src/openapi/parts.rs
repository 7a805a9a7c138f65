//! What operations share: headers, parameters, and ways to prove who calls.

use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::flows::IdempotencyKey;
use serde_json::{Value, json};

use super::render::Scope;
use super::schemas;

/// Headers of answers.
pub(super) fn headers(scope: &Scope<'_>) -> Value {
    let (session, csrf) = scope.sessions.names();
    let profile = scope.config.profile;
    let mut cookies = Vec::new();
    if profile.has_tokens() {
        cookies.push(scope.refresh.name());
    }
    if profile.has_sessions() {
        cookies.extend([session, csrf]);
    }
    let header = |about: &str, is_required: bool, schema: Value| json!({ "description": about, "required": is_required, "schema": schema });
    let text = || json!({ "type": "string" });
    json!({
        "requestId": header("Names the request in logs and errors", true, schemas::id()),
        "private": header("No answer about somebody is kept", true, json!({ "const": "no-store" })),
        "public": header("How long the keys may be kept", true, json!({ "type": "string", "pattern": "^public, max-age=[0-9]+$" })),
        "etag": header("Names this set of keys", true, text()),
        "attachment": header("A file to save", true, text()),
        "location": header("Where the person came from", true, text()),
        "challenge": header("What kind of credentials is missing or wrong", true, text()),
        "retryAfter": header("Seconds after which another try is worth it", true, json!({ "type": "integer", "minimum": 1 })),
        "cookies": header(&format!("Sets, renews or removes cookies: {}", cookies.join(", ")), false, text()),
    })
}

/// Parameters of requests.
pub(super) fn parameters(scope: &Scope<'_>) -> Value {
    let parameter = |place: &str, name: &str, about: &str, schema: Value| {
        json!({
            "name": name,
            "in": place,
            "required": place == "path",
            "description": about,
            "schema": schema,
        })
    };
    let text = || json!({ "type": "string" });
    let mut all = json!({
        "sessionId": parameter("path", "id", "Id of a session", schemas::id()),
        "userId": parameter("path", "id", "Id of an account", schemas::id()),
        "acceptLanguage": parameter("header", "Accept-Language", "Language of mails to the account", text()),
        "idempotencyKey": parameter(
            "header",
            "Idempotency-Key",
            "The same request repeated with the same key gets the same tokens, for a minute",
            json!({
                "type": "string",
                "minLength": 1,
                "maxLength": IdempotencyKey::MAX_BYTES,
                "pattern": "^[!-~]+$",
            }),
        ),
        "ifNoneMatch": parameter("header", "If-None-Match", "The `ETag` of the keys that the caller has", text()),
        "linkToken": parameter("query", "token", "The token of the link", text()),
        "returnTo": parameter("query", "return_to", "Where to go back to", text()),
    });
    if let Some(name) = scope.tenant_header() {
        all["tenant"] = parameter(
            "header",
            name,
            "The tenant; the default one unless given",
            json!({
                "type": "string",
                "minLength": 1,
                "maxLength": TenantId::MAX_BYTES,
                "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
            }),
        );
    }
    all
}

/// Ways to prove who calls.
pub(super) fn security_schemes(scope: &Scope<'_>) -> Value {
    let (session, csrf) = scope.sessions.names();
    let mut all = json!({
        "accessToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token",
        },
    });
    if scope.config.profile.has_tokens() {
        all["refreshCookie"] = json!({
            "type": "apiKey",
            "in": "cookie",
            "name": scope.refresh.name(),
            "description": "The refresh token, which browsers send to `/auth/refresh` only",
        });
    }
    if scope.config.profile.has_sessions() {
        all["sessionCookie"] = json!({
            "type": "apiKey",
            "in": "cookie",
            "name": session,
            "description": "The session",
        });
        all["csrfToken"] = json!({
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRF-Token",
            "x-cookie": csrf,
            "description": format!("The value of the cookie `{csrf}`"),
        });
    }
    if scope.config.sso.is_some() {
        all["service"] = json!({
            "type": "http",
            "scheme": "basic",
            "description": "Name and secret of a service of `sso.clients`",
        });
    }
    all
}
