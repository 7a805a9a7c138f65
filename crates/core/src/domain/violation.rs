//! What is wrong with a piece of input: which field, and how to fix it.

use std::fmt;

/// One broken rule about one field. `Display` is the sentence shown to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field as the client wrote it, for example `password`.
    pub field: &'static str,
    /// The rule, continuing the sentence that the field begins: `must be a string`.
    pub rule: &'static str,
}

impl Violation {
    /// A violation of `rule` by `field`.
    #[must_use]
    pub const fn new(field: &'static str, rule: &'static str) -> Self {
        Self { field, rule }
    }

    /// The same of a field of another name.
    #[must_use]
    pub const fn of(self, field: &'static str) -> Self {
        Self { field, ..self }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = self.field.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        write!(
            f,
            "{}{} {}",
            first.collect::<String>(),
            letters.as_str(),
            self.rule
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_reads_as_a_sentence() {
        let short = Violation::new("password", "must be at least 8 characters");
        assert_eq!(short.to_string(), "Password must be at least 8 characters");
    }
}
