//! Password hashing.

use super::{MIB, MINUTE};
use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("hashing.preset", Kind::Choice(&["standard", "lean"]), Is("standard"),
        "Cost of password hashes: `standard` is 64 MiB, 3 passes, 4 lanes; `lean` is 19 MiB, 2 passes, 1 lane."),

    setting("hashing.memory_kib", Kind::Integer { min: 7168, max: 4 * MIB }, Unset("from the preset"),
        "Memory of one hash in KiB; with `hashing.passes` it must not be weaker than OWASP's minimum."),

    setting("hashing.passes", Kind::Integer { min: 1, max: 20 }, Unset("from the preset"),
        "Passes of one hash over its memory."),

    setting("hashing.lanes", Kind::Integer { min: 1, max: 16 }, Unset("from the preset"),
        "Lanes of one hash."),

    setting("hashing.memory_budget_mib", Kind::Integer { min: 7, max: 65_536 }, Is("512"),
        "Memory in MiB that all running hashes may use together."),

    setting("hashing.max_parallel", Kind::Integer { min: 1, max: 1024 }, Unset("the number of cores"),
        "Most hashes that run at once, whatever the memory."),

    setting("hashing.max_queue", Kind::Integer { min: 0, max: 100_000 }, Is("100"),
        "Most requests that may wait for a hash; more are refused with 503."),

    setting("hashing.queue_deadline", Kind::Duration { min: 1, max: MINUTE }, Is("5s"),
        "Longest time a request may wait for a hash before it is refused with 503."),

    setting("hashing.bcrypt_migration", Kind::Bool, Is("false"),
        "Whether bcrypt hashes are accepted, and replaced at the next log-in."),

    setting("hashing.foreign_migration", Kind::Bool, Is("false"),
        "Whether hashes of PBKDF2 and scrypt are accepted, and replaced at the next log-in."),

    setting("hashing.pepper", Kind::Secret, Unset("none"),
        "Keys that password hashes need beside the database, `VERSION:BASE64` separated by commas; new hashes use the first.")
        .or(&[plain("AUTH_PEPPER")]),

    setting("hashing.pepper_file", Kind::Path, Unset("none"),
        "File that holds them instead, one a line; on Unix only its owner may have access to it."),

    setting("hashing.engine", Kind::Choice(&["fast", "conservative"]), Is("fast"),
        "Implementation of Argon2id: `fast`, or `conservative` for the longer established one."),
];
