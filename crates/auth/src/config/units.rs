//! Durations, sizes and rates as people write them: always with a unit.

use std::time::Duration;

use horizon_auth_core::domain::limits::Rate;

use super::error::{Fault, shown};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// A duration as settings have it: `500ms`, `30s`, `15m`, `12h` or `7d`; at most ten years.
///
/// # Errors
/// What is wrong, and what to write.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const LONGEST: u64 = 3650 * DAY * 1000;
    moment(text, 1, LONGEST).map_err(|fault| format!("{}: {}", fault.what, fault.fix))
}

/// `30s`, `15m`, `12h` or `7d`, within bounds given in seconds.
pub(super) fn duration(text: &str, min: u64, max: u64) -> Result<Duration, Fault> {
    let seconds = seconds(text)?;
    if (min..=max).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    let range = format!("{} to {}", duration_text(min), duration_text(max));
    Err(Fault::new(
        format!("is {}, outside {range}", shown(text)),
        format!("choose a duration from {range}"),
    ))
}

/// `500ms` or what [`duration`] takes, within bounds given in milliseconds.
pub(super) fn moment(text: &str, min: u64, max: u64) -> Result<Duration, Fault> {
    let (digits, unit) = split_unit(text);
    let millis = match number(digits).filter(|_| unit == "ms") {
        Some(millis) => millis,
        None => seconds(text)?.saturating_mul(1000),
    };
    if (min..=max).contains(&millis) {
        return Ok(Duration::from_millis(millis));
    }
    let range = format!("{} to {}", moment_text(min), moment_text(max));
    Err(Fault::new(
        format!("is {}, outside {range}", shown(text)),
        format!("choose a duration from {range}"),
    ))
}

/// The shortest way to write some milliseconds.
pub(super) fn moment_text(millis: u64) -> String {
    if millis.is_multiple_of(1000) {
        duration_text(millis / 1000)
    } else {
        format!("{millis}ms")
    }
}

fn seconds(text: &str) -> Result<u64, Fault> {
    let (digits, unit) = split_unit(text);
    let factor = match unit {
        "s" => Some(1),
        "m" => Some(MINUTE),
        "h" => Some(HOUR),
        "d" => Some(DAY),
        "" if !digits.is_empty() => return Err(bare_duration(digits)),
        _ => None,
    };
    number(digits)
        .zip(factor)
        .and_then(|(count, factor)| count.checked_mul(factor))
        .ok_or_else(|| {
            Fault::new(
                format!("is {}, not a duration", shown(text)),
                "write a whole number and one of s, m, h, d, such as \"15m\"",
            )
        })
}

/// The refusal of a number without a unit; seconds are the likeliest meaning, not a certain one.
pub(super) fn bare_duration(digits: &str) -> Fault {
    let fix = match number(digits).filter(|&count| count > 0) {
        Some(count) if duration_text(count) != format!("{count}s") => {
            format!("write \"{count}s\" or \"{}\"", duration_text(count))
        }
        Some(count) => format!("write \"{count}s\" or \"{count}m\""),
        None => "write a unit, such as \"0s\" or \"15m\"".to_owned(),
    };
    Fault::new(format!("is {}, a number without a unit", shown(digits)), fix)
}

/// The shortest way to write some seconds.
pub(super) fn duration_text(seconds: u64) -> String {
    for (unit, factor) in [("d", DAY), ("h", HOUR), ("m", MINUTE)] {
        if seconds > 0 && seconds.is_multiple_of(factor) {
            return format!("{}{unit}", seconds / factor);
        }
    }
    format!("{seconds}s")
}

/// `512B`, `16KiB` or `1MiB`, within bounds given in bytes.
pub(super) fn size(text: &str, min: u64, max: u64) -> Result<u64, Fault> {
    let (digits, unit) = split_unit(text);
    let factor = match unit {
        "B" => Some(1),
        "KiB" => Some(KIB),
        "MiB" => Some(MIB),
        "" if !digits.is_empty() => return Err(bare_size(digits)),
        _ => None,
    };
    let bytes = number(digits)
        .zip(factor)
        .and_then(|(count, factor)| count.checked_mul(factor))
        .ok_or_else(|| {
            Fault::new(
                format!("is {}, not a size", shown(text)),
                "write a whole number and one of B, KiB, MiB, such as \"16KiB\"",
            )
        })?;
    if (min..=max).contains(&bytes) {
        return Ok(bytes);
    }
    let range = format!("{} to {}", size_text(min), size_text(max));
    Err(Fault::new(
        format!("is {}, outside {range}", shown(text)),
        format!("choose a size from {range}"),
    ))
}

/// The refusal of a number of nobody knows what.
pub(super) fn bare_size(digits: &str) -> Fault {
    Fault::new(
        format!("is {}, a number without a unit", shown(digits)),
        format!("write \"{digits}B\" or a size such as \"16KiB\""),
    )
}

/// The shortest way to write some bytes.
pub(super) fn size_text(bytes: u64) -> String {
    for (unit, factor) in [("MiB", MIB), ("KiB", KIB)] {
        if bytes > 0 && bytes.is_multiple_of(factor) {
            return format!("{}{unit}", bytes / factor);
        }
    }
    format!("{bytes}B")
}

/// `5/1m` is five hits within a minute; `off` is no limit.
pub(super) fn rate(text: &str) -> Result<Option<Rate>, Fault> {
    const MOST: u32 = 1_000_000;
    if text == "off" {
        return Ok(None);
    }
    let not_a_rate = || {
        Fault::new(
            format!("is {}, not a rate", shown(text)),
            "write hits/window such as \"5/1m\", or \"off\"",
        )
    };
    let (hits, window) = text.split_once('/').ok_or_else(not_a_rate)?;
    let limit = number(hits)
        .and_then(|hits| u32::try_from(hits).ok())
        .filter(|hits| (1..=MOST).contains(hits))
        .ok_or_else(not_a_rate)?;
    let window = duration(window, 1, DAY).map_err(|fault| {
        Fault::new(
            format!("is {}, whose window {}", shown(text), fault.what),
            format!("for the window, {}", fault.fix),
        )
    })?;
    Ok(Some(Rate { limit, window }))
}

/// Splits before the first character that is no digit.
fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// Plain digits only: `str::parse` would also take a plus sign.
pub(super) fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
#[path = "units_tests.rs"]
mod tests;
