//! What would be done to a project.

use std::path::PathBuf;

use super::files::{Content, Wanted, is_same_text};
use super::place::{Place, read_if_there};
use crate::ui::Failure;

/// The steps, in the order in which they are taken.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) root: PathBuf,
    pub(crate) steps: Vec<Step>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Step {
    /// Below the root.
    pub(crate) path: PathBuf,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    Create(Content),
    /// Only if it still is as it was `before`.
    Change {
        before: String,
        after: String,
    },
    /// It is as it would be written.
    Unchanged,
    /// It is somebody's own.
    Keep,
}

impl Plan {
    pub(crate) const fn new(root: PathBuf) -> Self {
        let steps = Vec::new();
        Self { root, steps }
    }

    /// Creates the file, unless there is one: then it stays, whatever stands in it.
    pub(crate) fn want(&mut self, wanted: Wanted) -> Result<(), Failure> {
        let path = PathBuf::from(wanted.path);
        let action = match (Place::look(&self.root, &path)?, wanted.content) {
            (Place::Free, content) => Action::Create(content),
            (Place::File, Content::Secret(_)) => Action::Keep,
            (Place::File, Content::Text(text)) => {
                let there = read_if_there(&self.root, &path).ok().flatten();
                match there {
                    Some(there) if is_same_text(&there, &text) => Action::Unchanged,
                    _ => Action::Keep,
                }
            }
        };
        self.steps.push(Step { path, action });
        Ok(())
    }

    /// Creates the file or changes it into `after`.
    pub(crate) fn change(&mut self, path: &str, before: Option<String>, after: String) {
        let action = match before {
            None => Action::Create(Content::Text(after)),
            Some(before) if before == after => Action::Unchanged,
            Some(before) => Action::Change { before, after },
        };
        let path = PathBuf::from(path);
        self.steps.push(Step { path, action });
    }

    pub(crate) fn creates(&self) -> usize {
        self.count(|action| matches!(action, Action::Create(_)))
    }

    pub(crate) fn changes(&self) -> usize {
        self.count(|action| matches!(action, Action::Change { .. }))
    }

    fn count(&self, is_meant: impl Fn(&Action) -> bool) -> usize {
        self.steps.iter().filter(|step| is_meant(&step.action)).count()
    }
}
