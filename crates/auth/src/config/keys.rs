//! Where keys and peppers come from. This reads their text; what is in it is checked where keys are made.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use horizon_auth_core::crypto::pepper::Peppers;
use horizon_auth_core::crypto::sealing::SealingKeys;
use zeroize::Zeroizing;

use super::error::Fault;
use super::secret::SecretText;

/// Keys as PEM text, not yet parsed.
#[derive(Clone, Debug, Default)]
pub struct KeySources {
    /// The key that signs.
    pub private_key: Option<SecretText>,
    /// Its public half, or the only key of an application that just verifies.
    pub public_key: Option<String>,
    /// Further keys that are published and accepted.
    pub extra_public_keys: Vec<String>,
    /// What opens the private keys of the database; empty where files alone decide.
    pub sealing_keys: SealingKeys,
}

/// What belongs into a file when something else is there.
const FIX_KEY: &str = "store one key in PEM: openssl pkey -in KEY -out KEY.pem";
const FIX_SEALING: &str = "make the file with: horizon-auth keys generate --sealing";
const FIX_PEPPERS: &str = "make the file with: horizon-auth keys pepper --out FILE";

/// Reads a private key that nobody but its owner may read.
pub(super) fn read_private(path: &Path) -> Result<SecretText, Fault> {
    read(path, true, FIX_KEY).map(SecretText::from)
}

/// Reads a text without the line break that editors put at its end.
pub(super) fn read_secret(path: &Path) -> Result<Zeroizing<String>, Fault> {
    let text = read(path, true, "write the value alone into the file")?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// Reads peppers that nobody but their owner may read.
pub(super) fn read_peppers(path: &Path) -> Result<Peppers, Fault> {
    let text = read(path, true, FIX_PEPPERS)?;
    Peppers::parse(&text).map_err(|error| {
        Fault::new(
            format!("names {}, which is unusable: {}", display(path), error.reason()),
            FIX_PEPPERS,
        )
    })
}

/// Reads peppers from a setting.
pub(super) fn peppers(text: &str) -> Result<Peppers, Fault> {
    Peppers::parse(text).map_err(|error| {
        Fault::new(
            format!("is unusable: {}", error.reason()),
            "write VERSION:BASE64 with at least 32 random bytes, such as 1: and what `openssl rand -base64 32` prints",
        )
    })
}

/// Reads sealing keys that nobody but their owner may read.
pub(super) fn read_sealing_keys(path: &Path) -> Result<SealingKeys, Fault> {
    let text = read(path, true, FIX_SEALING)?;
    SealingKeys::parse(&text).map_err(|error| {
        Fault::new(
            format!("names {}, which is unusable: {}", display(path), error.reason()),
            FIX_SEALING,
        )
    })
}

/// Reads sealing keys from a setting.
pub(super) fn sealing_keys(text: &str) -> Result<SealingKeys, Fault> {
    SealingKeys::parse(text).map_err(|error| {
        Fault::new(
            format!("is unusable: {}", error.reason()),
            "write base64 of 32 random bytes, such as what `openssl rand -base64 32` prints",
        )
    })
}

/// Reads a public key, and refuses a private one: what is public gets published.
pub(super) fn read_public(path: &Path) -> Result<String, Fault> {
    let text = read(path, false, FIX_KEY)?;
    public(&text).map_err(|fault| {
        Fault::new(
            format!("names {}, which {}", display(path), fault.what),
            fault.fix,
        )
    })
}

/// The text of a public key, if it holds no private one.
pub(super) fn public(text: &str) -> Result<String, Fault> {
    if text.contains("PRIVATE KEY") {
        return Err(Fault::new(
            "holds a private key",
            "put the public key here: openssl pkey -in PRIVATE.pem -pubout",
        ));
    }
    Ok(text.to_owned())
}

fn read(path: &Path, private: bool, fix: &'static str) -> Result<Zeroizing<String>, Fault> {
    const LARGEST: u64 = 64 * 1024;
    let unreadable = |why: &std::io::Error| {
        Fault::new(
            format!("names {}, which cannot be read ({})", display(path), why.kind()),
            "check the path and who may read the file",
        )
    };
    let unfit = || {
        Fault::new(
            format!("names {}, which is not a file of at most 64 KiB", display(path)),
            fix,
        )
    };
    // Before it is opened: opening a pipe waits for a writer.
    if !std::fs::metadata(path).map_err(|why| unreadable(&why))?.is_file() {
        return Err(unfit());
    }
    let file = File::open(path).map_err(|why| unreadable(&why))?;
    let facts = file.metadata().map_err(|why| unreadable(&why))?;
    if !facts.is_file() || facts.len() > LARGEST {
        return Err(unfit());
    }
    if private && open_to_others(&facts) {
        return Err(Fault::new(
            format!("names {}, which others than its owner may access", display(path)),
            format!(
                "run: chmod 600 {}; only a file of root may be readable by its group",
                path.display().to_string().escape_debug()
            ),
        ));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    // Room first, so that growing leaves no copies of the key behind.
    bytes.reserve_exact(usize::try_from(LARGEST).unwrap_or(0) + 1);
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| unreadable(&why))?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Fault::new(
            format!("names {}, which is empty or no text", display(path)),
            fix,
        ));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// The whole path, on one line.
pub(super) fn display(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

/// Judged on the open file, so that nobody can swap it in between.
#[cfg(unix)]
fn open_to_others(facts: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    lets_others_in(facts.uid(), facts.mode())
}

/// Whether a file of this owner and mode is no place for a secret.
///
/// Containers get their secrets as files of root, with a group of the user who is not root but needs them; so a
/// group may read what belongs to root. PostgreSQL has the same rule for its keys.
#[must_use]
pub const fn lets_others_in(owner: u32, mode: u32) -> bool {
    let private_bits = if owner == 0 { 0o037 } else { 0o077 };
    mode & private_bits != 0
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
