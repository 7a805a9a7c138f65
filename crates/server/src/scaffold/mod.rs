//! Applications with Horizon Auth: the files they need, where those go, and how they are written.
//!
//! A command makes a [`Plan`] by looking only: what is to be created, changed, or left as it is. Then the plan is
//! shown, and written whole or not at all. Nothing of it ever replaces a file that somebody has written.

mod dependencies;
mod engine_source;
mod files;
mod manifest;
mod name;
mod place;
mod plan;
mod show;
mod write;

pub(crate) use engine_source::EngineSource;
pub(crate) use files::{CARGO_HELLO, gitignore, is_same_text, main_file, of_every_project, sample};
pub(crate) use manifest::{Manifest, workspace_above};
pub(crate) use name::PackageName;
pub(crate) use place::{Place, read_if_there};
pub(crate) use plan::Plan;
