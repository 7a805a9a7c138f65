//! The crates that an application needs. `scripts/scaffold` builds with them, so what is missing here is noticed.

/// A crate as it stands in Cargo.toml.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: &'static str,
    /// The oldest version, to the last number that matters.
    pub(crate) version: &'static str,
    /// Features that are written down.
    pub(crate) features: &'static [&'static str],
    /// Features that are there by default, and needed where the default ones are switched off.
    pub(crate) defaults: &'static [&'static str],
}

pub(crate) const HORIZON_AUTH: &str = "horizon-auth";

/// What `src/auth.rs` needs, and serving at all.
pub(crate) const ALWAYS: &[Dependency] = &[
    Dependency {
        name: "axum",
        version: "0.8",
        features: &[],
        defaults: &["http1", "json", "tokio"],
    },
    Dependency {
        name: "dotenvy",
        version: "0.15",
        features: &[],
        defaults: &[],
    },
    // PostgreSQL, Redis and a mail server are a matter of settings then, not of Cargo.toml.
    Dependency {
        name: HORIZON_AUTH,
        version: env!("CARGO_PKG_VERSION"),
        features: &["postgres", "redis", "smtp"],
        defaults: &["http", "pages", "sqlite"],
    },
    Dependency {
        name: "tokio",
        version: "1",
        features: &["macros", "net", "rt-multi-thread", "signal"],
        defaults: &[],
    },
];

/// What the sample application needs beside that.
pub(crate) const SAMPLE: &[Dependency] = &[
    Dependency {
        name: "serde_json",
        version: "1",
        features: &[],
        defaults: &["std"],
    },
    Dependency {
        name: "tracing-subscriber",
        version: "0.3",
        features: &["env-filter"],
        defaults: &["ansi", "fmt"],
    },
];

/// What the tests of the sample need.
pub(crate) const SAMPLE_TESTS: &[Dependency] = &[
    Dependency {
        name: "tempfile",
        version: "3",
        features: &[],
        defaults: &[],
    },
    Dependency {
        name: "tower",
        version: "0.5",
        features: &["util"],
        defaults: &[],
    },
];

/// Crates that hash and are too slow without every optimisation.
pub(crate) const HASHING: &[&str] = &["argon2", "argon2-rust", "bcrypt", "blake2", "blowfish"];

/// Whether a package of this name would stand in the way of a crate that it needs.
pub(crate) fn is_one(name: &str) -> bool {
    let plain = |name: &str| name.to_ascii_lowercase().replace('-', "_");
    let all = ALWAYS.iter().chain(SAMPLE).chain(SAMPLE_TESTS);
    all.into_iter()
        .any(|dependency| plain(dependency.name) == plain(name))
}
