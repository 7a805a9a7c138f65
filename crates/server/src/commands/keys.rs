//! `horizon-auth keys generate|list`.

use std::path::Path;

use horizon_auth::{
    Algorithm, Engine, KeyState, KeyTimes, SigningKey, StoredKey, VerifyingKey, fresh_sealing_key, key_ring,
};

use super::block_on;
use crate::cli::{AlgorithmArg, ConfigArgs};
use crate::ui::{self, Failure};
use crate::{data_folder, load_config};

/// Letters of the key id in a file name: enough to tell keys apart.
const NAME_LENGTH: usize = 8;

pub(crate) fn generate(algorithm: AlgorithmArg, out: &Path) -> Result<(), Failure> {
    let algorithm = algorithm.algorithm();
    data_folder::make_folder(out)?;
    let key = data_folder::generate(algorithm)?;
    let name: String = key.kid.chars().take(NAME_LENGTH).collect();
    let private = out.join(format!("jwt-{name}.private.pem"));
    let public = out.join(format!("jwt-{name}.public.pem"));
    data_folder::write_private(&private, &key.private_pem)?;
    data_folder::write_public(&public, &key.public_pem)?;
    ui::line(&format!("made an {algorithm} key, kid {}", key.kid));
    ui::line(&format!(
        "  {}   keep it secret; only its owner can read it",
        private.display()
    ));
    ui::line(&format!(
        "  {}    for jwt.extra_public_key_files, before and after it signs",
        public.display()
    ));
    ui::line("to sign with it, put this into the configuration file:");
    ui::line(&format!(
        "  [jwt]\n  private_key_file = {:?}",
        private.display().to_string()
    ));
    Ok(())
}

pub(crate) fn generate_sealing(out: &Path) -> Result<(), Failure> {
    data_folder::make_folder(out)?;
    let key = fresh_sealing_key().map_err(|error| Failure::because("no key could be made", &error))?;
    let file = out.join("jwt-sealing.key");
    data_folder::write_private(&file, &key)?;
    ui::line(&format!("made a sealing key in {}", file.display()));
    ui::line("  keep it secret, and a copy of it where the database is not");
    ui::line(
        "to change keys with `horizon-auth keys rotate`, put this into the configuration file of every node:",
    );
    ui::line(&format!(
        "  [jwt]\n  sealing_key_file = {:?}",
        file.display().to_string()
    ));
    Ok(())
}

pub(crate) fn list(args: &ConfigArgs) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    let ring = key_ring(&config.keys).map_err(|error| Failure::because("the keys", &error))?;
    let (stored, times) = block_on(async {
        let engine =
            Engine::open_beside_server(&config).map_err(|error| Failure::because("the engine", &error))?;
        let keys = engine.signing_keys().await;
        engine.close().await;
        // before the first migration nothing has been published
        Ok((keys.unwrap_or_default(), engine.key_times()))
    })?;
    let is_managed = stored.iter().any(|key| key.state == KeyState::Active);
    let signing = ring.signing().filter(|_| !is_managed).map(SigningKey::kid);
    for key in stored.iter().filter(|key| key.state != KeyState::Known) {
        let bits = VerifyingKey::from_spki_der(&key.public_key).map_or(0, |key| key.bits());
        line(
            &key.kid,
            key.state.as_str(),
            key.algorithm,
            bits,
            &stands(key, &times),
        );
    }
    for key in ring.keys() {
        let known = stored.iter().find(|known| known.kid == key.kid());
        if known.is_some_and(|known| known.state != KeyState::Known) {
            continue;
        }
        let since = known.map_or_else(
            || "not published yet".to_owned(),
            |known| format!("published since {}", known.first_seen_at),
        );
        let is_unused = is_managed && ring.signing().is_some_and(|own| own.kid() == key.kid());
        let role = match signing {
            Some(kid) if kid == key.kid() => "signs",
            _ if is_unused => "unused",
            _ => "verifies",
        };
        line(key.kid(), role, key.algorithm(), key.bits(), &since);
    }
    Ok(())
}

fn line(kid: &str, role: &str, algorithm: Algorithm, bits: usize, since: &str) {
    let algorithm = algorithm.as_str();
    ui::line(&format!("{kid}  {role:8}  {algorithm:5}  {bits} bits  {since}"));
}

/// Since when a key stands where it does, and what happens next.
fn stands(key: &StoredKey, times: &KeyTimes) -> String {
    let since = key.changed_at;
    match (key.state, key.due_at(times)) {
        (KeyState::Next, Some(at)) => format!("published since {}, signs from {at}", key.first_seen_at),
        (KeyState::Active, Some(at)) => format!("signs since {since}, another one is made after {at}"),
        (KeyState::Active, None) => format!("signs since {since}"),
        (KeyState::Retiring, Some(at)) => format!("signed until {since}, gone after {at}"),
        (state, _) => format!("{state} since {since}"),
    }
}
