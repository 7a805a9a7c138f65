//! The folder of `horizon-auth dev`, and files that only their owner may read.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use horizon_auth::operator::{make_development_key, make_development_sealing_key, make_service_secret};
use horizon_auth::{Algorithm, GeneratedKey, SigningKey};

use crate::ui::Failure;

/// Makes the folder if it is missing. New folders are the owner's alone.
pub(crate) fn make_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| Failure::because(&format!("the folder {} cannot be made", path.display()), &error))
}

/// Writes a new file that only its owner may read; never overwrites one.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    write(&private(), path, text)
}

/// Puts a new file in the place of one, at once and as a whole; only its owner may read it.
pub(crate) fn replace_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    write_private(&beside, text)?;
    std::fs::rename(&beside, path).map_err(|error| {
        let _ = std::fs::remove_file(&beside); // a second try shall not stumble over it
        Failure::because(&format!("{} cannot be replaced", path.display()), &error)
    })
}

/// Writes a new file that anybody may read; never overwrites one.
pub(crate) fn write_public(path: &Path, text: &str) -> Result<(), Failure> {
    write(OpenOptions::new().write(true).create_new(true), path, text)
}

fn write(options: &OpenOptions, path: &Path, text: &str) -> Result<(), Failure> {
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::new(format!(
            "{} exists; move it away first, keys are never overwritten",
            path.display()
        )),
        _ => Failure::because(&format!("{} cannot be written", path.display()), &error),
    })
}

/// The development signing key of the folder, made on first start.
pub(crate) fn signing_key_file(folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join("signing-key.pem");
    make_development_key(&path).map_err(|error| Failure::of(&error))?;
    Ok(path)
}

/// The file of the one service that development knows, `dev`, and the file of its secret; made on first start.
pub(crate) fn service_files(folder: &Path) -> Result<(PathBuf, PathBuf), Failure> {
    let (services, secret) = (folder.join("sso-clients"), folder.join("sso-client-secret"));
    if !services.exists() || !secret.exists() {
        let text = make_service_secret().map_err(|error| Failure::of(&error))?;
        // In this order: whoever finds the second finds the first.
        for (path, text) in [(&secret, text.to_string()), (&services, format!("dev:{}", *text))] {
            replace_private(path, &text)?;
        }
    }
    Ok((services, secret))
}

/// The development sealing key of the folder, made on first start.
pub(crate) fn sealing_key_file(folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join("sealing-key");
    make_development_sealing_key(&path).map_err(|error| Failure::of(&error))?;
    Ok(path)
}

/// A fresh key pair.
pub(crate) fn generate(algorithm: Algorithm) -> Result<GeneratedKey, Failure> {
    SigningKey::generate(algorithm).map_err(|error| Failure::because("no key could be made", &error))
}

/// A new file about accounts that only its owner may read; never one that is there already.
pub(crate) fn new_private(path: &Path) -> Result<File, Failure> {
    private().open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::new(format!(
            "{} exists; name another file, none is overwritten",
            path.display()
        )),
        _ => Failure::because(&format!("{} cannot be made", path.display()), &error),
    })
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
