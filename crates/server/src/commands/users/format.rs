//! How accounts are written in a file, and by what name a file says so.

use std::path::Path;

use crate::cli::FileFormat;
use crate::ui::Failure;

/// The format that was asked for, or the one of the file's name.
pub(super) fn format_of(path: &Path, asked: Option<FileFormat>) -> Result<FileFormat, Failure> {
    if let Some(format) = asked {
        return Ok(format);
    }
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("jsonl" | "ndjson") => Ok(FileFormat::Jsonl),
        Some("csv") => Ok(FileFormat::Csv),
        _ => Err(Failure::new(format!(
            "{} does not end in .jsonl, .ndjson or .csv; say what it holds with --format jsonl or --format csv",
            path.display()
        ))),
    }
}
