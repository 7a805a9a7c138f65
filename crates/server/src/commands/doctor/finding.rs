//! What one check found, and what to do about it.

use serde::Serialize;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nothing to do.
    Ok,
    /// It works, and should be changed all the same.
    Warning,
    /// It does not work, or is not safe.
    Failed,
    /// There is nothing to check, or something else has to be mended first.
    NotApplicable,
}

impl State {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::NotApplicable => "n/a",
        }
    }
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Its name; never changes.
    pub(super) check: &'static str,
    pub(super) state: State,
    /// What was seen.
    pub(super) seen: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, seen: impl Into<String>) -> Self {
        Self::new(check, State::Ok, seen, None)
    }

    pub(super) fn warning(check: &'static str, seen: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(check, State::Warning, seen, Some(fix.into()))
    }

    pub(super) fn failed(check: &'static str, seen: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(check, State::Failed, seen, Some(fix.into()))
    }

    pub(super) fn not_applicable(check: &'static str, why: impl Into<String>) -> Self {
        Self::new(check, State::NotApplicable, why, None)
    }

    fn new(check: &'static str, state: State, seen: impl Into<String>, fix: Option<String>) -> Self {
        Self {
            check,
            state,
            seen: seen.into(),
            fix,
        }
    }

    /// The line for people.
    pub(super) fn line(&self) -> String {
        let (word, check, seen) = (self.state.word(), self.check, &self.seen);
        let fix = self
            .fix
            .as_ref()
            .map_or_else(String::new, |fix| format!("; to mend it: {fix}"));
        format!("{word:8} {check:24} {seen}{fix}")
    }

    /// The same without any of these texts.
    pub(super) fn without(self, secrets: &[String]) -> Self {
        let hide = |text: String| {
            let hidden = secrets
                .iter()
                .fold(text, |text, secret| text.replace(secret.as_str(), "***"));
            hidden.replace(char::is_control, " ")
        };
        Self {
            seen: hide(self.seen),
            fix: self.fix.map(hide),
            ..self
        }
    }
}

/// Bytes as people read them.
pub(super) fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes / (1024 * 1024))
}

/// A short time as people read it.
pub(super) fn millis(time: std::time::Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
