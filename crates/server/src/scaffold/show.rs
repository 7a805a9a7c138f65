//! A plan for people: a line a file, and below it how existing files change.

use std::fmt::Write as _;

use similar::TextDiff;

use super::plan::{Action, Plan};

impl Plan {
    /// What stands in new files is not shown: some are secret.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let word = match &step.action {
                Action::Create(_) => "create",
                Action::Change { .. } => "change",
                Action::Unchanged => "unchanged",
                Action::Keep => "keep",
            };
            let _ = writeln!(text, "  {word:<9}  {}", step.path.display());
        }
        text
    }

    /// Unified diffs of the files that change.
    pub(crate) fn differences(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let Action::Change { before, after } = &step.action else {
                continue;
            };
            let path = step.path.display();
            let difference = TextDiff::from_lines(before, after);
            let mut unified = difference.unified_diff();
            let unified = unified.header(&format!("a/{path}"), &format!("b/{path}"));
            let _ = write!(text, "\n{unified}");
        }
        text
    }
}
