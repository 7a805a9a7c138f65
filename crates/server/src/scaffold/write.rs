//! Writes a plan: all of it, or nothing.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::files::Content;
use super::plan::{Action, Plan, Step};
use crate::ui::Failure;

/// What was done so far, to be undone backwards.
#[derive(Debug)]
enum Done {
    Folder(PathBuf),
    File(PathBuf),
    Changed { path: PathBuf, before: String },
}

impl Plan {
    /// Takes all steps. After a failure everything is as it was, or the failure says what is not.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        let mut done = Vec::new();
        let written = make_folder(&self.root, 0o777, &mut done)
            .and_then(|()| self.steps.iter().try_for_each(|step| self.take(step, &mut done)));
        written.map_err(|failure| undo(done, &failure))
    }

    fn take(&self, step: &Step, done: &mut Vec<Done>) -> Result<(), Failure> {
        let path = self.root.join(&step.path);
        match &step.action {
            Action::Create(content) => self.create(&path, content, done),
            Action::Change { before, after } => {
                replace(&path, before, after)?;
                let before = before.clone();
                done.push(Done::Changed { path, before });
                Ok(())
            }
            Action::Unchanged | Action::Keep => Ok(()),
        }
    }

    fn create(&self, path: &Path, content: &Content, done: &mut Vec<Done>) -> Result<(), Failure> {
        let is_secret = matches!(content, Content::Secret(_));
        let folder = path.parent().unwrap_or(&self.root);
        let is_for_secrets = is_secret && folder != self.root;
        make_folder(folder, if is_for_secrets { 0o700 } else { 0o777 }, done)?;
        match content {
            Content::Text(text) => write_new(path, text, false, done),
            Content::Secret(secret) => write_new(path, &secret.make()?, true, done),
        }
    }
}

/// New folders have this mode, as far as the umask allows.
fn make_folder(path: &Path, mode: u32, done: &mut Vec<Done>) -> Result<(), Failure> {
    let missing: Vec<&Path> = path
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .collect();
    for folder in missing.into_iter().rev() {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
        let new = builder.create(folder);
        new.map_err(|error| {
            Failure::because(&format!("the folder {} cannot be made", folder.display()), &error)
        })?;
        done.push(Done::Folder(folder.to_owned()));
    }
    Ok(())
}

/// Never overwrites: a file or link that appeared since the plan was made is a failure.
fn write_new(path: &Path, text: &str, is_secret: bool, done: &mut Vec<Done>) -> Result<(), Failure> {
    let failed = |error| Failure::because(&format!("{} cannot be written", path.display()), &error);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_secret { 0o600 } else { 0o666 });
    let mut file = options.open(path).map_err(failed)?;
    done.push(Done::File(path.to_owned()));
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

/// Puts `after` in the place of `before`, at once and as a whole.
fn replace(path: &Path, before: &str, after: &str) -> Result<(), Failure> {
    let failed =
        |error: &io::Error| Failure::because(&format!("{} cannot be changed", path.display()), error);
    let there = fs::read(path).map_err(|error| failed(&error))?;
    if there != before.as_bytes() {
        return Err(Failure::new(format!(
            "{} was changed by somebody else in the meantime; run this again",
            path.display()
        )));
    }
    let beside = beside(path);
    let written = write_like(&beside, path, after).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside); // it may not be there
        failed(&error)
    })
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

/// A new file with the permissions of another one.
fn write_like(path: &Path, pattern: &Path, text: &str) -> io::Result<()> {
    let permissions = fs::metadata(pattern)?.permissions();
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()
}

/// Takes back what was done, and says what could not be.
fn undo(done: Vec<Done>, failure: &Failure) -> Failure {
    let mut left = Vec::new();
    for step in done.into_iter().rev() {
        let (path, undone) = match step {
            Done::Folder(path) => (path.clone(), fs::remove_dir(&path)),
            Done::File(path) => (path.clone(), fs::remove_file(&path)),
            Done::Changed { path, before } => {
                let beside = beside(&path);
                let restored = write_like(&beside, &path, &before).and_then(|()| fs::rename(&beside, &path));
                (path, restored)
            }
        };
        if undone.is_err() {
            left.push(path.display().to_string());
        }
    }
    if left.is_empty() {
        Failure::new(format!("{failure}\nnothing was changed"))
    } else {
        Failure::new(format!(
            "{failure}\nthese could not be taken back: {}",
            left.join(", ")
        ))
    }
}
