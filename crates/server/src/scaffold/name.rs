//! Names of packages.

use crate::scaffold::dependencies;
use crate::ui::Failure;

/// crates.io takes no longer ones.
const LONGEST: usize = 64;

/// Words that no program in Rust can be called, and names that cargo or the standard library have taken.
const TAKEN: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// A name that cargo takes for a package and the compiler for a program.
#[derive(Debug)]
pub(crate) struct PackageName(String);

impl PackageName {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let refused = |why: &str| {
            Err(Failure::new(format!(
                "the name {text:?} {why}; try another, such as my-app"
            )))
        };
        let mut letters = text.chars();
        if !letters.next().is_some_and(|first| first.is_ascii_alphabetic()) {
            return refused("does not begin with a letter from a to z");
        }
        if !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_') {
            return refused("has something else than letters from a to z, digits, - and _");
        }
        if text.len() > LONGEST {
            return refused("is longer than 64 letters");
        }
        if TAKEN.contains(&text.to_ascii_lowercase().as_str()) {
            return refused("means something to Rust or cargo");
        }
        if dependencies::is_one(text) {
            return refused("is that of a crate that the application needs");
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cargo_takes_pass() {
        for name in ["my-app", "a", "App2", "snake_case", &"a".repeat(64)] {
            assert_eq!(PackageName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn names_that_lead_elsewhere_or_mean_something_are_refused() {
        let long = "a".repeat(65);
        for name in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "/tmp/x",
            "a\\b",
            "-a",
            "--force",
            "2fast",
            "_a",
            "a b",
            "a\nb",
            "a\0b",
            "ümlaut",
            "a\"",
            "a.b",
            "fn",
            "Self",
            "test",
            "std",
            "build",
            "axum",
            "horizon_auth",
            "tokio",
            &long,
        ] {
            let refused = PackageName::parse(name).unwrap_err().to_string();
            assert!(refused.contains("try another"), "{refused}");
            assert!(!refused.contains('\n'), "{refused}");
        }
    }
}
