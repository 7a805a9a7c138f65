//! Holds what the router says against its OpenAPI document. Every answer that the tests' client gets goes through
//! here, so the document is as true as the tests are thorough.
//!
//! The checker knows the keywords that the document uses and refuses others. Where the document leaves room for
//! fields that are added one day, it is strict: today there are none.

use axum::http::Method;
use horizon_auth_http::{Http, openapi_of};
use serde_json::Value;

use crate::app::Answer;

/// The document of a front end.
#[derive(Debug)]
pub(crate) struct Contract {
    document: Value,
}

/// What was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The body, if it was a text of known length.
    pub(crate) text: Option<String>,
}

/// Whether an object may have fields that its schema does not name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Others {
    Allowed,
    Refused,
}

impl Contract {
    pub(crate) fn of(http: &Http) -> Self {
        Self {
            document: openapi_of(http),
        }
    }

    /// Panics if the answer is not one that the document promises, or if a body was accepted that it forbids.
    pub(crate) fn check(&self, sent: &Sent, answer: &Answer) {
        if let Err(fault) = self.compare(sent, answer) {
            panic!(
                "{} {} does what its document does not say: {fault}\n{} {}",
                sent.method, sent.path, answer.status, answer.text
            );
        }
    }

    fn compare(&self, sent: &Sent, answer: &Answer) -> Result<(), String> {
        let Some(path) = self.path(&sent.path) else {
            return Ok(()); // there is no such route, or it is the document itself
        };
        let is_head = sent.method == Method::HEAD;
        let method = if is_head {
            "get".to_owned()
        } else {
            sent.method.as_str().to_lowercase()
        };
        let Some(operation) = path.get(method) else {
            let is_refused = answer.status == 405 || sent.method == Method::OPTIONS;
            return is_refused.then_some(()).ok_or("no such method".to_owned());
        };
        let promised = operation["responses"].get(answer.status.as_str());
        let promised = self.resolve(promised.ok_or("no such status")?);
        self.headers(promised, answer)?;
        if !is_head {
            self.content(promised, answer)?;
        }
        match (answer.status.is_success(), operation.get("requestBody")) {
            (true, Some(body)) => self.accepted(body, sent),
            _ => Ok(()),
        }
    }

    /// What there is at a path.
    fn path(&self, path: &str) -> Option<&Value> {
        let fits = |template: &str| {
            let (mut left, mut right) = (template.split('/'), path.split('/'));
            loop {
                match (left.next(), right.next()) {
                    (None, None) => return true,
                    (Some(left), Some(right)) if left == right || left.starts_with('{') => {}
                    _ => return false,
                }
            }
        };
        let paths = self.document["paths"].as_object().expect("paths");
        let found = paths.iter().find(|(template, _)| fits(template));
        found.map(|(_, methods)| methods)
    }

    fn headers(&self, promised: &Value, answer: &Answer) -> Result<(), String> {
        let documented = promised["headers"].as_object().ok_or("no headers")?;
        for (name, header) in documented {
            let header = self.resolve(header);
            let text = answer.header(name);
            if text.is_empty() {
                if header["required"] == true {
                    return Err(format!("{name} is missing"));
                }
                continue;
            }
            let value = match header["schema"]["type"].as_str() {
                Some("integer") => text.parse::<u64>().map_err(|_| format!("{name}: {text}"))?.into(),
                _ => Value::from(text),
            };
            self.fits(&header["schema"], &value, Others::Refused)
                .map_err(|fault| format!("{name}: {fault}"))?;
        }
        for name in [
            "Set-Cookie",
            "Retry-After",
            "WWW-Authenticate",
            "Location",
            "ETag",
        ] {
            if !answer.header(name).is_empty() && !documented.contains_key(name) {
                return Err(format!("{name} is not documented"));
            }
        }
        Ok(())
    }

    fn content(&self, promised: &Value, answer: &Answer) -> Result<(), String> {
        let media = answer.header("content-type");
        let media = media.split(';').next().unwrap_or("");
        let Some(content) = promised.get("content") else {
            let is_empty = answer.text.is_empty() && media.is_empty();
            return is_empty.then_some(()).ok_or("a body".to_owned());
        };
        let content = content
            .get(media)
            .ok_or_else(|| format!("content of the type {media:?}"))?;
        if media != "application/json" {
            return Ok(());
        }
        self.fits(&content["schema"], &answer.json(), Others::Refused)
    }

    /// A body that was taken is one that the document allows.
    fn accepted(&self, body: &Value, sent: &Sent) -> Result<(), String> {
        let Some(text) = &sent.text else {
            return Ok(());
        };
        if text.is_empty() {
            let may_be_missing = body["required"] == false;
            return may_be_missing
                .then_some(())
                .ok_or("no body is allowed".to_owned());
        }
        let Some(content) = body["content"].get("application/json") else {
            return Ok(());
        };
        let sent: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let outcome = self.fits(&content["schema"], &sent, Others::Allowed);
        outcome.map_err(|fault| format!("accepted a body whose {fault}"))
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#');
                self.document.pointer(pointer).expect("a reference to something")
            }
            None => value,
        }
    }

    fn fits(&self, schema: &Value, value: &Value, others: Others) -> Result<(), String> {
        let schema = self.resolve(schema);
        for (keyword, rule) in schema.as_object().ok_or("no schema")? {
            let holds = match keyword.as_str() {
                "description" | "default" | "pattern" => true, // schemathesis tries patterns
                "type" => rule.as_array().map_or_else(
                    || has_type(value, rule),
                    |types| types.iter().any(|one| has_type(value, one)),
                ),
                "const" => value == rule,
                "enum" => rule.as_array().is_some_and(|all| all.contains(value)),
                "format" => has_format(value, rule),
                "minLength" => length(value).is_none_or(|length| Some(length) >= rule.as_u64()),
                "maxLength" => length(value).is_none_or(|length| Some(length) <= rule.as_u64()),
                "minimum" => value.as_i64().is_none_or(|number| Some(number) >= rule.as_i64()),
                "maxItems" => value
                    .as_array()
                    .is_none_or(|items| Some(items.len() as u64) <= rule.as_u64()),
                "required" => {
                    fields(rule).all(|name| value.as_object().is_none_or(|object| object.contains_key(name)))
                }
                "items" => {
                    for item in value.as_array().into_iter().flatten() {
                        self.fits(rule, item, others)?;
                    }
                    true
                }
                "properties" => {
                    self.properties(rule, value, others)?;
                    true
                }
                "additionalProperties" => {
                    for (_, field) in value.as_object().into_iter().flatten() {
                        self.fits(rule, field, others)?;
                    }
                    true
                }
                // Each names fields of its own.
                "allOf" => {
                    for (place, part) in rule.as_array().into_iter().flatten().enumerate() {
                        let others = if place == 0 { others } else { Others::Allowed };
                        self.fits(part, value, others)?;
                    }
                    true
                }
                "oneOf" => {
                    let parts = rule.as_array().into_iter().flatten();
                    parts
                        .filter(|part| self.fits(part, value, others).is_ok())
                        .count()
                        == 1
                }
                other => panic!("teach this checker the keyword {other}"),
            };
            if !holds {
                return Err(format!("value {value} breaks {keyword} {rule}"));
            }
        }
        Ok(())
    }

    fn properties(&self, rules: &Value, value: &Value, others: Others) -> Result<(), String> {
        for (name, field) in value.as_object().into_iter().flatten() {
            match rules.get(name) {
                Some(rule) => self
                    .fits(rule, field, others)
                    .map_err(|fault| format!("{name}: {fault}"))?,
                None if others == Others::Refused => return Err(format!("{name} is not documented")),
                None => {}
            }
        }
        Ok(())
    }
}

fn fields(rule: &Value) -> impl Iterator<Item = &str> {
    rule.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn length(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.chars().count() as u64)
}

fn has_type(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("teach this checker the type {other}"),
    }
}

fn has_format(value: &Value, name: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return true;
    };
    match name.as_str().expect("a format") {
        "uuid" => text.parse::<uuid::Uuid>().is_ok(),
        "email" => text.contains('@'),
        "date-time" => text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T',
        "password" => true,
        other => panic!("teach this checker the format {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderMap, HeaderValue, StatusCode};
    use horizon_auth_http::config::HttpConfig;

    const ID: &str = "0192d3a0-7a10-7c1e-9d0b-000000000001";

    fn compared(
        path: &str,
        status: u16,
        headers: &[(&'static str, &'static str)],
        text: &str,
    ) -> Result<(), String> {
        let contract = Contract {
            document: horizon_auth_http::openapi(&HttpConfig::new("http://localhost".to_owned())),
        };
        let sent = Sent {
            method: Method::GET,
            path: path.to_owned(),
            text: None,
        };
        let usual = [("x-request-id", ID), ("cache-control", "no-store")];
        let headers = usual.iter().chain(headers);
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .collect::<HeaderMap>(),
            text: text.to_owned(),
        };
        contract.compare(&sent, &answer)
    }

    #[test]
    fn what_is_documented_passes_and_what_is_not_is_named() {
        let json = ("content-type", "application/json");
        let live = |headers: &[_], text| compared("/health/live", 200, headers, text);
        assert_eq!(live(&[json], r#"{"status":"ok"}"#), Ok(()));
        for (headers, text, fault) in [
            (&[json][..], r#"{"status":"fine"}"#, "status: "),
            (&[json], r#"{"status":"ok","more":1}"#, "more is not documented"),
            (&[json], "{}", "required"),
            (&[json], "[]", "type"),
            (&[("content-type", "text/html")], "", "content of the type"),
            (
                &[json, ("set-cookie", "a=b")],
                r#"{"status":"ok"}"#,
                "Set-Cookie is not documented",
            ),
        ] {
            let outcome = live(headers, text);
            assert!(
                outcome.clone().is_err_and(|told| told.contains(fault)),
                "{outcome:?}"
            );
        }
        assert_eq!(
            compared("/health/live", 418, &[], ""),
            Err("no such status".to_owned())
        );
        assert_eq!(compared("/nowhere", 418, &[], ""), Ok(()));
    }

    #[test]
    fn a_refusal_has_one_of_the_codes_of_its_operation() {
        let refusal = |code: &str| {
            let body = format!(
                r#"{{"statusCode":401,"code":"{code}","message":"m","error":"e","timestamp":"2027-01-15T08:00:00.000Z","path":"/","requestId":"{ID}"}}"#
            );
            let headers = [
                ("content-type", "application/json"),
                ("www-authenticate", "Bearer"),
            ];
            compared("/auth/profile", 401, &headers, &body)
        };
        assert_eq!(refusal("token_expired"), Ok(()));
        assert!(refusal("refresh_reused").is_err());
    }
}
