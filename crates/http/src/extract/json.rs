//! JSON bodies: declared, bounded, on time, and an object without doubled fields.

use std::borrow::Cow;
use std::fmt;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use horizon_auth_core::domain::violation::Violation;
use horizon_auth_core::error::{Code, Error};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use crate::problem::Problem;
use crate::state::Http;

/// Among the extensions of a request: a front end that reads bodies itself has waited in vain for as long as
/// [`HttpConfig::body_timeout`](crate::config::HttpConfig) says. Whoever reads the body is told so.
#[derive(Clone, Copy, Debug)]
pub struct LateBody;

/// A body that must be a JSON object.
pub(crate) struct JsonBody(pub(crate) Fields);

/// A body that may be missing; if it is there, it must be a JSON object.
pub(crate) struct OptionalJsonBody(pub(crate) Fields);

impl FromRequest<Http> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, http: &Http) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Code::UnsupportedMediaType.into());
        }
        Ok(Self(parse(&read(request, http).await?)?))
    }
}

impl FromRequest<Http> for OptionalJsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, http: &Http) -> Result<Self, Problem> {
        let declared = request.headers().contains_key(CONTENT_TYPE);
        let json = is_json(request.headers());
        let bytes = read(request, http).await?;
        // A form of another site declares its type; a request without type and body is no form.
        if !json && (declared || !bytes.is_empty()) {
            return Err(Code::UnsupportedMediaType.into());
        }
        if bytes.is_empty() {
            return Ok(Self(Fields::default()));
        }
        Ok(Self(parse(&bytes)?))
    }
}

/// `application/json`, with any parameters but a foreign charset.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let charset = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    essence && charset.is_none_or(|(_, value)| value.trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

/// The bytes of a body, within the limits of size and time.
pub(super) async fn read(request: Request, http: &Http) -> Result<axum::body::Bytes, Error> {
    let limit = http.config.max_body_bytes;
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(Code::PayloadTooLarge.into());
    }
    if request.extensions().get::<LateBody>().is_some() {
        return Err(Code::RequestTimeout.into());
    }
    let body: Body = request.into_body();
    match tokio::time::timeout(http.config.body_timeout, to_bytes(body, limit)).await {
        Err(_) => Err(Code::RequestTimeout.into()),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_large(&error) => Err(Code::PayloadTooLarge.into()),
        // The client went away or broke the framing; nobody will read this answer.
        Ok(Err(_)) => Err(Code::MalformedJson.into()),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>)
}

fn parse(bytes: &[u8]) -> Result<Fields, Error> {
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            Violation::new("body", "must be a JSON object in which no field appears twice").into()
        }
        _ => Code::MalformedJson.into(),
    })
}

/// The fields of a body, taken one by one; what is wrong is collected.
/// Fields that nobody takes have no effect (decision D15).
#[derive(Default)]
pub(crate) struct Fields {
    values: Vec<(String, Value)>,
    violations: Vec<Violation>,
}

impl Fields {
    /// The fields of a form; `None` if one appears twice.
    pub(super) fn from_pairs<'a>(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Option<Self> {
        let mut fields = Self::default();
        for (name, text) in pairs {
            fields.insert(name.into_owned(), Value::String(text.into_owned()))?;
        }
        Some(fields)
    }

    /// Two parsers may pick different ones of two fields of a name; so nobody gets to pick.
    fn insert(&mut self, name: String, value: Value) -> Option<()> {
        if self.values.iter().any(|(known, _)| *known == name) {
            return None;
        }
        self.values.push((name, value));
        Some(())
    }

    /// A string that must be there, parsed; `None` if a violation was noted.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Violation>,
    ) -> Option<T> {
        match self.take(name) {
            Some(Value::String(text)) => self.note(parse(&text)),
            Some(_) => self.note(Err(Violation::new(name, "must be a string"))),
            None => self.note(Err(Violation::new(name, "is required"))),
        }
    }

    /// A string as it was sent, to be shown again; it stays to be taken.
    #[cfg(feature = "pages")]
    pub(crate) fn peek(&self, name: &str) -> Option<String> {
        let (_, value) = self.values.iter().find(|(known, _)| known == name)?;
        value.as_str().map(str::to_owned)
    }

    /// A list of at most `most` strings that must be there, each parsed; `None` if a violation was noted.
    pub(crate) fn required_list<T>(
        &mut self,
        name: &'static str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, Violation>,
    ) -> Option<Vec<T>> {
        let parsed = match self.take(name) {
            Some(Value::Array(items)) if items.len() <= most => {
                let item = |item: &Value| match item {
                    Value::String(text) => parse(text).map_err(|violation| violation.of(name)),
                    _ => Err(Violation::new(name, "must be a list of strings")),
                };
                items.iter().map(item).collect()
            }
            Some(Value::Array(_)) => Err(Violation::new(name, "has too many entries")),
            Some(_) => Err(Violation::new(name, "must be a list of strings")),
            None => Err(Violation::new(name, "is required")),
        };
        self.note(parsed)
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is this type's way to say: a violation was noted"
    )]
    /// A string that may be missing or null, parsed; the outer `None` if a violation was noted.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Violation>,
    ) -> Option<Option<T>> {
        match self.take(name) {
            Some(Value::String(text)) => self.note(parse(&text).map(Some)),
            None | Some(Value::Null) => Some(None),
            Some(_) => self.note(Err(Violation::new(name, "must be a string"))),
        }
    }

    #[expect(
        clippy::option_option,
        reason = "a violation, leave alone, empty, or set: four cases"
    )]
    /// A string that replaces what is stored: missing leaves it, null empties it; the outer `None` if a
    /// violation was noted.
    pub(crate) fn change<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<Option<T>, Violation>,
    ) -> Option<Option<Option<T>>> {
        match self.take(name) {
            Some(Value::String(text)) => self.note(parse(&text).map(Some)),
            Some(Value::Null) => Some(Some(None)),
            None => Some(None),
            Some(_) => self.note(Err(Violation::new(name, "must be a string or null"))),
        }
    }

    fn note<T>(&mut self, parsed: Result<T, Violation>) -> Option<T> {
        parsed.map_err(|violation| self.violations.push(violation)).ok()
    }

    /// The parsed value, or everything that is wrong with the body.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Error> {
        match value {
            Some(value) if self.violations.is_empty() => Ok(value),
            _ => Err(Error::Invalid(self.violations)),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let found = self.values.iter().position(|(known, _)| known == name)?;
        Some(self.values.swap_remove(found).1)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some((name, value)) = map.next_entry()? {
                    let inserted = fields.insert(name, value);
                    inserted.ok_or_else(|| A::Error::custom("duplicate field"))?;
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Object)
    }
}
