//! Who may read a file.

use std::path::Path;

use super::finding::Finding;

/// What the system says about a file, and who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileFacts {
    pub(super) mode: u32,
    pub(super) owner: u32,
    pub(super) asker: Option<u32>,
}

/// Asks the system.
#[cfg(unix)]
pub(super) fn facts(path: &Path) -> Result<FileFacts, String> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let file = std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(FileFacts {
        mode: file.permissions().mode() & 0o777,
        owner: file.uid(),
        asker: std::fs::metadata("/proc/self").ok().map(|me| me.uid()),
    })
}

#[cfg(not(unix))]
pub(super) fn facts(path: &Path) -> Result<FileFacts, String> {
    Err(format!("{}: this system has no modes of files", path.display()))
}

/// Whether the owner alone may read it, and whether we are the owner.
pub(super) fn judge(check: &'static str, path: &Path, facts: &FileFacts) -> Finding {
    let FileFacts { mode, owner, asker } = facts;
    let path = path.display();
    if mode & 0o077 != 0 {
        return Finding::failed(
            check,
            format!("{path} has the mode {mode:04o}: others than its owner may access it"),
            format!("chmod 600 {path}"),
        );
    }
    match asker {
        Some(asker) if asker != owner => Finding::warning(
            check,
            format!("{path} belongs to the user {owner}, and this is the user {asker}"),
            "run this as the user of the service, who must be its owner",
        ),
        Some(_) | None => Finding::ok(check, format!("{path}, mode {mode:04o}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_private_file_is_its_owners_and_nobody_elses() {
        for (mode, owner, asker, state) in [
            (0o600, 1, Some(1), State::Ok),
            (0o400, 1, None, State::Ok),
            (0o644, 1, Some(1), State::Failed),
            (0o640, 1, Some(1), State::Failed),
            (0o600, 1, Some(0), State::Warning),
        ] {
            let facts = FileFacts { mode, owner, asker };
            let found = judge("keys.file", Path::new("/k"), &facts);
            assert_eq!(found.state, state, "{found:?}");
        }
    }
}
