//! Where an application gets the crate `horizon-auth` from.

use std::path::Path;

use toml_edit::DocumentMut;

use crate::ui::Failure;

/// The version that is published, or a folder on this machine.
#[derive(Debug)]
pub(crate) enum EngineSource {
    Published,
    Folder(String),
}

impl EngineSource {
    /// The folder of the crate, or that of a checkout of the repository.
    pub(crate) fn find(folder: Option<&Path>) -> Result<Self, Failure> {
        let Some(folder) = folder else {
            return Ok(Self::Published);
        };
        let failed = |why: &str| Failure::new(format!("--horizon-auth-path {}: {why}", folder.display()));
        // Absolute, so that the application can be moved.
        let whole = folder
            .canonicalize()
            .map_err(|error| failed(&error.to_string()))?;
        let found = [whole.clone(), whole.join("crates/auth")]
            .into_iter()
            .find(|folder| is_the_crate(folder));
        let found =
            found.ok_or_else(|| failed("is neither the crate horizon-auth nor a checkout that holds it"))?;
        let text = found
            .to_str()
            .ok_or_else(|| failed("is no UTF-8, which Cargo.toml must be"))?;
        Ok(Self::Folder(text.to_owned()))
    }
}

fn is_the_crate(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).ok();
    let document = manifest.and_then(|text| text.parse::<DocumentMut>().ok());
    let name = document
        .as_ref()
        .and_then(|document| document.get("package")?.get("name")?.as_str());
    name == Some("horizon-auth")
}
