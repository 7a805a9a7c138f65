//! The table of all settings. What is not here cannot be configured; the reference page is made from it.

mod hashing;
mod http;
mod limits;
mod mail;
mod metrics;
mod people;
mod redis;
mod roles;
mod service;
mod session;
mod sso;
mod tenants;
mod tokens;

use std::sync::LazyLock;

use super::setting::Setting;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Every setting there is, by section.
pub static SETTINGS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    [
        service::SETTINGS,
        tokens::SETTINGS,
        session::SETTINGS,
        people::SETTINGS,
        mail::SETTINGS,
        redis::SETTINGS,
        tenants::SETTINGS,
        roles::SETTINGS,
        limits::SETTINGS,
        hashing::SETTINGS,
        http::SETTINGS,
        metrics::SETTINGS,
        sso::SETTINGS,
    ]
    .concat()
});

/// The setting of a dotted path.
#[must_use]
pub fn find_setting(path: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.path == path)
}

/// Whether some setting is in a section of that name.
pub(super) fn is_section(path: &str) -> bool {
    SETTINGS
        .iter()
        .any(|setting| !path.is_empty() && setting.section() == path)
}
