//! What the program says to the person at the terminal. Nobody reading (a closed pipe) is no failure.

use std::io::Write as _;

/// A line of output.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A line of output that somebody should have read.
pub(crate) fn try_line(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{text}")
}

/// A question, after which the answer is typed on the same line.
pub(crate) fn prompt(text: &str) {
    let mut out = std::io::stdout();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// A text as one word of a shell.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._/-".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    // In single quotes a shell leaves everything alone but these.
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// One of several complaints, on standard error.
pub(crate) fn complaint(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Why the command failed, on standard error.
pub(crate) fn error(text: &str) {
    let _ = writeln!(std::io::stderr(), "error: {text}");
}

/// Why a command failed: a sentence for the person, with its causes.
#[derive(Debug)]
pub(crate) struct Failure {
    text: String,
    status: u8,
}

/// The exit status of a command that failed.
const FAILED: u8 = 1;

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            status: FAILED,
        }
    }

    /// Not a failure, but something that a script asked to be told by the exit status.
    pub(crate) const fn silent(status: u8) -> Self {
        Self {
            text: String::new(),
            status,
        }
    }

    /// The exit status of the program.
    pub(crate) const fn status(&self) -> u8 {
        self.status
    }

    /// `context`, and below it what caused it, cause by cause.
    pub(crate) fn because(context: &str, error: &dyn std::error::Error) -> Self {
        Self::with_causes(format!("{context}: {error}"), error)
    }

    /// An error that needs no context, and below it what caused it.
    pub(crate) fn of(error: &dyn std::error::Error) -> Self {
        Self::with_causes(error.to_string(), error)
    }

    fn with_causes(mut text: String, error: &dyn std::error::Error) -> Self {
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.ends_with(&cause_text) {
                text.push_str("\n  caused by: ");
                text.push_str(&cause_text);
            }
            source = cause.source();
        }
        Self::new(text)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
