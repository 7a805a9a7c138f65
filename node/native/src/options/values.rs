//! Values of options as values of settings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use horizon_auth::SettingValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// A value as it stands.
pub(super) fn setting(value: &Value) -> Result<SettingValue, &'static str> {
    match value {
        Value::String(text) => Ok(text.as_str().into()),
        Value::Bool(flag) => Ok((*flag).into()),
        Value::Number(_) => whole(value)
            .map(SettingValue::whole)
            .ok_or("is not a whole number: write one, or a text with a unit such as '15m'"),
        Value::Array(items) => {
            let texts: Option<Vec<String>> = items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect();
            texts
                .map(SettingValue::from)
                .ok_or("is a list of other things than text: write a list of texts")
        }
        Value::Object(_) => Err("is a single option: write a value, not { … }"),
        Value::Null => Err("is null: leave it out, or write a value"),
    }
}

/// JavaScript knows one kind of number.
pub(super) fn whole(value: &Value) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let number = value.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole, and within what is exact"
    )]
    let whole = (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64);
    whole
}

/// `{ limit: 5, ttl: 60 }` as `5/60s`.
pub(super) fn rate(fields: &Map<String, Value>) -> Option<String> {
    let number = |name: &str| whole(fields.get(name)?).filter(|number| *number > 0);
    let (limit, ttl) = (number("limit")?, number("ttl")?);
    (fields.len() == 2).then(|| format!("{limit}/{ttl}s"))
}

/// Keys in their usual form stay; any other text of 32 bytes or more is the one key.
pub(super) fn pepper(text: &str) -> Result<String, &'static str> {
    let is_numbered = text
        .split_once(':')
        .is_some_and(|(version, _)| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()));
    if is_numbered {
        return Ok(text.to_owned());
    }
    if text.len() < 32 {
        return Err("is too short: write at least 32 bytes, such as `openssl rand -base64 32` prints");
    }
    Ok(format!("1:{}", STANDARD.encode(text)))
}

/// The URL of a mail server. On port 465 TLS is spoken from the start, on others after STARTTLS; on this machine a
/// server may do without.
pub(super) fn smtp_url(fields: &Map<String, Value>) -> Result<String, &'static str> {
    const WANTED: &str = "is not { host, port?, user?, pass? } with texts and a port from 1 to 65535";
    if fields
        .keys()
        .any(|name| !["host", "port", "user", "pass"].contains(&name.as_str()))
    {
        return Err(WANTED);
    }
    let text = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(WANTED),
    };
    let host = text("host")?.filter(|host| !host.is_empty()).ok_or(WANTED)?;
    let port = match fields.get("port") {
        None | Some(Value::Null) => None,
        Some(port) => Some(
            whole(port)
                .filter(|port| (1..=65_535).contains(port))
                .ok_or(WANTED)?,
        ),
    };
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let user = match (text("user")?, text("pass")?) {
        (Some(user), Some(pass)) => format!("{}:{}@", encoded(user), encoded(pass)),
        (None, None) => String::new(),
        _ => return Err("has a user without a password, or a password without a user"),
    };
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]");
    let scheme = match port {
        Some(465) => "smtps",
        _ if is_here => "smtp+plain",
        _ => "smtp",
    };
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{scheme}://{user}{host}{port}"))
}
