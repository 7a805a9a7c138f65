//! `horizon-auth keys pepper`.

use std::io::ErrorKind;
use std::path::Path;

use horizon_auth::add_pepper;

use crate::data_folder;
use crate::ui::{self, Failure};

/// Makes the file, or puts a new pepper above those in it.
pub(crate) fn add(out: &Path) -> Result<(), Failure> {
    let older = match std::fs::read_to_string(out) {
        Ok(text) if text.is_empty() => return Err(unfit(out, "it is empty")),
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            return Err(Failure::because(
                &format!("{} cannot be read", out.display()),
                &error,
            ));
        }
    };
    let (version, text) =
        add_pepper(older.as_deref().unwrap_or("")).map_err(|error| unfit(out, error.reason()))?;
    if older.is_some() {
        data_folder::replace_private(out, &text)?;
    } else {
        data_folder::write_private(out, &text)?;
    }
    ui::line(&format!("made pepper {version} in {}", out.display()));
    ui::line("  keep a copy where the database is not: without it nobody can log in");
    if older.is_some() {
        ui::line("the older lines stay in force, below it; restart the service to hash with the new one");
    } else {
        ui::line("to hash with it, put this into the configuration file:");
        ui::line(&format!(
            "  [hashing]\n  pepper_file = {:?}",
            out.display().to_string()
        ));
    }
    Ok(())
}

fn unfit(out: &Path, why: &str) -> Failure {
    Failure::new(format!(
        "no pepper was added to {}, which was left as it is: {why}",
        out.display()
    ))
}
