//! Bodies, as JSON Schema. Limits are those that the parsers enforce.

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::user::User;
use horizon_auth_core::error::Code;
use serde_json::{Map, Value, json};

use super::render::reference;
use crate::routes::admin_roles::{MAX_ROLES, MAX_USERS};

/// Every body there is; the document keeps those that its operations name.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    for part in [requests(), forms(), people(), sessions(), others(), machines()] {
        if let Value::Object(schemas) = part {
            all.extend(schemas);
        }
    }
    Value::Object(all)
}

/// A body that a request can have.
pub(super) fn example(schema: &str) -> Option<Value> {
    Some(match schema {
        "NewAccount" => json!({ "email": MAIL, "password": SECRET, "fullName": NAME }),
        "Credentials" => json!({ "email": MAIL, "password": SECRET }),
        "Logout" => json!({ "scope": "session" }),
        "Address" | "AddressIfLoggedOut" => json!({ "email": MAIL }),
        "EmailProof" | "Link" => json!({ "token": TOKEN }),
        "PasswordReset" => json!({ "token": TOKEN, "newPassword": SECRET }),
        "SessionPasswordReset" => json!({ "token": TOKEN, "password": SECRET }),
        "ProfileChange" => json!({ "fullName": NAME, "locale": "pt-BR" }),
        "PasswordChange" => {
            json!({ "currentPassword": SECRET, "newPassword": "a wholly different password" })
        }
        "EmailChange" => json!({ "currentPassword": SECRET, "newEmail": "ana@example.org" }),
        "CurrentPassword" => json!({ "currentPassword": SECRET }),
        "RoleNamesToSet" => json!({ "roles": ["user"] }),
        "Users" => json!({ "userIds": [ID] }),
        _ => return None,
    })
}

const MAIL: &str = "ana@example.com";
const NAME: &str = "Ana Souza";
const SECRET: &str = "correct horse battery staple";
const TOKEN: &str = "0c9f6e0a-5d1b-4c7e-9a3f-2b8d4e6f1a70.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ID: &str = "0192d3a0-7a10-7c1e-9d0b-000000000001";

// --- kinds of fields ----------------------------------------------------------

pub(super) fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn email() -> Value {
    json!({ "type": "string", "format": "email", "maxLength": Email::MAX_BYTES })
}

fn new_password() -> Value {
    json!({
        "type": "string",
        "format": "password",
        "minLength": Password::MIN,
        "maxLength": Password::MAX,
    })
}

/// A password that is checked, not set: accounts may have older rules.
fn offered_password() -> Value {
    json!({
        "type": "string",
        "format": "password",
        "minLength": 1,
        "maxLength": Password::MAX_BYTES,
    })
}

fn full_name() -> Value {
    json!({ "type": "string", "maxLength": User::FULL_NAME_MAX, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$" })
}

fn locale() -> Value {
    json!({
        "type": "string",
        "maxLength": Locale::MAX_BYTES,
        "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
    })
}

fn role() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": Role::MAX_BYTES, "pattern": "^[a-z0-9_:.-]+$" })
}

fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// The same, or null.
fn nullable(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"].take(), "null"]);
    schema
}

fn list(items: Value) -> Value {
    let mut list = json!({ "type": "array" });
    list["items"] = items;
    list
}

fn at_most(most: usize, items: Value) -> Value {
    let mut list = list(items);
    list["maxItems"] = most.into();
    list
}

fn schema(name: &str) -> Value {
    reference("schemas", name)
}

/// An object with all of these fields.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties = Map::from_iter(fields.map(|(name, schema)| (name.to_owned(), schema)));
    json!({ "type": "object", "required": required, "properties": properties })
}

/// The same object, which may also have these.
fn and_perhaps<const N: usize>(mut object: Value, fields: [(&str, Value); N]) -> Value {
    for (name, schema) in fields {
        object["properties"][name] = schema;
    }
    object
}

// --- bodies ---------------------------------------------------------------------

fn requests() -> Value {
    let logout = json!({ "type": ["string", "null"], "enum": ["all", "session", null], "default": "all" });
    json!({
        "NewAccount": and_perhaps(
            object([("email", email()), ("password", new_password())]),
            [("fullName", nullable(full_name()))],
        ),
        "Credentials": object([("email", email()), ("password", offered_password())]),
        "Logout": and_perhaps(object([]), [("scope", logout)]),
        "Address": object([("email", email())]),
        "AddressIfLoggedOut": and_perhaps(object([]), [("email", email())]),
        "Link": object([("token", text())]),
        "EmailProof": and_perhaps(
            object([("token", text())]),
            [("password", nullable(offered_password())), ("newPassword", nullable(new_password()))],
        ),
        "PasswordReset": object([("token", text()), ("newPassword", new_password())]),
        "SessionPasswordReset": object([("token", text()), ("password", new_password())]),
        "ProfileChange": and_perhaps(
            object([]),
            [("fullName", nullable(full_name())), ("locale", nullable(locale()))],
        ),
        "PasswordChange": object([("currentPassword", offered_password()), ("newPassword", new_password())]),
        "EmailChange": object([("currentPassword", offered_password()), ("newEmail", email())]),
        "CurrentPassword": object([("currentPassword", offered_password())]),
        "RoleNamesToSet": object([("roles", at_most(MAX_ROLES, role()))]),
        "Users": object([("userIds", at_most(MAX_USERS, id()))]),
    })
}

fn forms() -> Value {
    json!({
        "Introspect": and_perhaps(object([("token", text())]), [("token_type_hint", text())]),
        "VerifyEmailForm": and_perhaps(
            object([]),
            [("token", text()), ("password", text()), ("newPassword", text()), ("email", text())],
        ),
        "ResetPasswordForm": and_perhaps(
            object([]),
            [("token", text()), ("newPassword", text()), ("email", text())],
        ),
        "LoginForm": and_perhaps(
            object([("email", email()), ("password", offered_password())]),
            [("return_to", text())],
        ),
    })
}

fn people() -> Value {
    json!({
        "User": object([
            ("id", id()),
            ("email", email()),
            ("fullName", nullable(text())),
            ("emailVerified", flag()),
            ("tenantId", text()),
            ("roles", list(role())),
            ("createdAt", instant()),
            ("updatedAt", instant()),
        ]),
        "LoggedIn": object([("user", schema("User")), ("accessToken", text())]),
        "AccountToVerify": object([("user", schema("User")), ("requiresVerification", json!({ "const": true }))]),
        "SessionOpened": object([("id", id()), ("email", email()), ("emailVerified", flag())]),
        "SessionToVerify": object([
            ("id", id()),
            ("email", email()),
            ("requiresVerification", json!({ "const": true })),
            ("verificationSent", flag()),
        ]),
        "AccountCopy": object([
            ("user", schema("User")),
            ("emailWritten", text()),
            ("emailVerifiedAt", nullable(instant())),
            ("locale", nullable(text())),
            ("sessions", list(schema("SessionCopy"))),
            ("events", list(schema("EventCopy"))),
        ]),
        "SessionCopy": object([
            ("id", id()),
            ("createdAt", instant()),
            ("expiresAt", instant()),
            ("endedAt", nullable(instant())),
            ("userAgent", nullable(text())),
        ]),
        "EventCopy": object([
            ("at", instant()),
            ("event", text()),
            ("sessionId", nullable(id())),
            ("ip", text()),
            ("userAgent", nullable(text())),
        ]),
    })
}

fn sessions() -> Value {
    json!({
        "Session": object([
            ("id", id()),
            ("createdAt", instant()),
            ("lastSeenAt", instant()),
            ("expiresAt", instant()),
            ("device", nullable(text())),
            ("userAgent", nullable(text())),
            ("ipHash", nullable(text())),
            ("current", flag()),
        ]),
        "Sessions": object([("sessions", list(schema("Session")))]),
        "SessionList": list(schema("Session")),
        "Ended": object([("ended", count())]),
        "Csrf": object([("csrfToken", text())]),
    })
}

fn others() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.wire()).collect();
    let message = json!({
        "description": "A sentence for people, or one for each broken rule",
        "oneOf": [text(), list(text())],
    });
    let known = json!({
        "type": "string",
        "enum": codes,
        "description": "The reason; never renamed, but others may be added",
    });
    json!({
        "Message": object([("message", text())]),
        "Error": object([
            ("statusCode", json!({ "type": "integer" })),
            ("code", known),
            ("message", message),
            ("error", text()),
            ("timestamp", instant()),
            ("path", text()),
            ("requestId", id()),
        ]),
        "Role": object([("name", role()), ("createdAt", instant()), ("users", count())]),
        "Roles": object([("roles", list(schema("Role")))]),
        "RoleNames": object([("roles", list(role()))]),
        "VerificationStatus": object([
            ("id", id()),
            ("emailVerified", flag()),
            ("emailVerifiedAt", nullable(instant())),
        ]),
        "Verified": object([("verified", count())]),
    })
}

fn machines() -> Value {
    let algorithms = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa].map(Algorithm::as_str);
    let check = and_perhaps(
        object([("status", json!({ "enum": ["healthy", "unhealthy"] }))]),
        [("latencyMs", json!({ "type": "number" })), ("warning", text())],
    );
    let seconds = || json!({ "type": "integer", "description": "Seconds since 1970" });
    json!({
        "Liveness": object([("status", json!({ "const": "ok" }))]),
        "Readiness": object([
            ("status", json!({ "enum": ["ready", "draining", "unready"] })),
            ("checks", json!({ "type": "object", "additionalProperties": check })),
        ]),
        "KeySet": object([("keys", list(schema("Key")))]),
        "Key": and_perhaps(
            object([
                ("kid", text()),
                ("kty", json!({ "enum": ["RSA", "EC", "OKP"] })),
                ("use", json!({ "const": "sig" })),
                ("alg", json!({ "enum": algorithms })),
            ]),
            [("n", text()), ("e", text()), ("crv", text()), ("x", text()), ("y", text())],
        ),
        "Introspection": { "oneOf": [schema("Believed"), schema("NotBelieved")] },
        "NotBelieved": object([("active", json!({ "const": false }))]),
        "Believed": and_perhaps(
            object([
                ("active", json!({ "const": true })),
                ("sub", id()),
                ("email", email()),
                ("tenantId", text()),
                ("roles", list(role())),
                ("sid", id()),
                ("epoch", count()),
                ("tenantEpoch", count()),
                ("token_type", json!({ "enum": ["Bearer", "session"] })),
                ("exp", seconds()),
                ("iss", text()),
                ("aud", text()),
            ]),
            [("iat", seconds()), ("jti", id())],
        ),
    })
}
