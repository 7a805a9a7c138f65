//! The signing key of a developer's machine: made once, kept in a file, never used in production.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use horizon_auth_core::crypto::keyring::{KeyError, SigningKey};
use horizon_auth_core::domain::key::Algorithm;

use crate::keys::fresh_sealing_key;

/// The key of development cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DevelopmentKeyError {
    /// Its file, or the folder of that, cannot be written.
    #[error("{} cannot be written", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The machine makes no key.
    #[error("no key could be made")]
    Key(#[source] KeyError),
}

/// Makes a signing key in this file, which only its owner may read, unless there is one.
///
/// # Errors
/// [`DevelopmentKeyError`].
pub fn make_development_key(path: &Path) -> Result<(), DevelopmentKeyError> {
    if path.exists() {
        return Ok(());
    }
    let unwritable = |source| DevelopmentKeyError::File {
        path: path.to_owned(),
        source,
    };
    make_folder(path).map_err(unwritable)?;
    let key = SigningKey::generate(Algorithm::Rs256).map_err(DevelopmentKeyError::Key)?;
    write_whole(path, &key.private_pem).map_err(unwritable)
}

/// Makes a sealing key in this file, which only its owner may read, unless there is one: keys can be changed then.
///
/// # Errors
/// [`DevelopmentKeyError`].
pub fn make_development_sealing_key(path: &Path) -> Result<(), DevelopmentKeyError> {
    if path.exists() {
        return Ok(());
    }
    let unwritable = |source| DevelopmentKeyError::File {
        path: path.to_owned(),
        source,
    };
    make_folder(path).map_err(unwritable)?;
    let text = fresh_sealing_key().map_err(|_| DevelopmentKeyError::Key(KeyError::Library))?;
    write_whole(path, &text).map_err(unwritable)
}

/// Makes the folder of a file, unless there is one.
pub(crate) fn make_folder_of(path: &Path) -> Result<(), DevelopmentKeyError> {
    make_folder(path).map_err(|source| DevelopmentKeyError::File {
        path: path.to_owned(),
        source,
    })
}

/// New folders are the owner's alone.
fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The file appears with all of its text or not at all: two programs that start at once use one key.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let linked = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| match std::fs::hard_link(&beside, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    let removed = std::fs::remove_file(&beside);
    linked.and(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db.signing-key.pem");
        let sealing = folder.path().join("app.db.sealing-key");

        make_development_key(&path).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        make_development_key(&path).unwrap();

        assert!(first.contains("PRIVATE KEY"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
        make_development_sealing_key(&sealing).unwrap();
        let text = std::fs::read_to_string(&sealing).unwrap();
        make_development_sealing_key(&sealing).unwrap();
        assert_eq!(std::fs::read_to_string(&sealing).unwrap(), text);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            2,
            "nothing is left over"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            for path in [path, sealing] {
                let mode = std::fs::metadata(&path).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
        }
    }
}
