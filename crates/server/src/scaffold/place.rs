//! The folder of a project, and what stands in it already.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::ui::Failure;

/// What stands at a path of the project.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing: a file can be made.
    Free,
    /// A file.
    File,
}

impl Place {
    /// Looks at a path below `root`, and refuses what nobody should write through: symbolic links lead elsewhere,
    /// and keys must not.
    pub(crate) fn look(root: &Path, path: &Path) -> Result<Self, Failure> {
        let mut here = root.to_owned();
        let mut rest = path.components().peekable();
        while let Some(part) = rest.next() {
            let Component::Normal(name) = part else {
                return Err(Failure::new(format!(
                    "{} is no path within a project",
                    path.display()
                )));
            };
            here.push(name);
            let found = match fs::symlink_metadata(&here) {
                Ok(found) => found,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::Free),
                Err(error) => {
                    return Err(Failure::because(
                        &format!("{} cannot be looked at", here.display()),
                        &error,
                    ));
                }
            };
            let is_last = rest.peek().is_none();
            let refused =
                |what: &str, fix: &str| Err(Failure::new(format!("{} is {what}; {fix}", here.display())));
            if found.is_symlink() {
                return refused(
                    "a symbolic link",
                    "put what it leads to in its place, or take it away",
                );
            }
            if found.is_dir() && is_last {
                return refused("a folder where a file belongs", "give it another name");
            }
            if !found.is_dir() && !is_last {
                return refused("a file where a folder belongs", "give it another name");
            }
            if is_last && !found.is_file() {
                return refused("no ordinary file", "take it away");
            }
        }
        Ok(Self::File)
    }
}

/// The text of a file below `root`, if there is one.
pub(crate) fn read_if_there(root: &Path, path: &Path) -> Result<Option<String>, Failure> {
    if Place::look(root, path)? == Place::Free {
        return Ok(None);
    }
    let whole: PathBuf = root.join(path);
    match fs::read_to_string(&whole) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::InvalidData => Err(Failure::new(format!(
            "{} is no text in UTF-8; save it as such",
            whole.display()
        ))),
        Err(error) => Err(Failure::because(
            &format!("{} cannot be read", whole.display()),
            &error,
        )),
    }
}
