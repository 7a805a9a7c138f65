//! `horizon-auth keys generate|list`.

use std::path::Path;

use horizon_auth::{Algorithm, Engine, key_ring};

use super::block_on;
use crate::cli::{AlgorithmArg, ConfigArgs};
use crate::ui::{self, Failure};
use crate::{data_folder, load_config};

/// Letters of the key id in a file name: enough to tell keys apart.
const NAME_LENGTH: usize = 8;

pub(crate) fn generate(algorithm: AlgorithmArg, out: &Path) -> Result<(), Failure> {
    let algorithm = match algorithm {
        AlgorithmArg::RS256 => Algorithm::Rs256,
        AlgorithmArg::ES256 => Algorithm::Es256,
        AlgorithmArg::EdDsa => Algorithm::EdDsa,
    };
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

pub(crate) fn list(args: &ConfigArgs) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    let ring = key_ring(&config.keys).map_err(|error| Failure::because("the keys", &error))?;
    let published = block_on(async {
        let engine = Engine::open(&config).map_err(|error| Failure::because("the engine", &error))?;
        let keys = engine.published_keys().await;
        engine.close().await;
        Ok(keys.unwrap_or_default()) // before the first migration nothing has been published
    })?;
    let signing = ring.signing().map(|key| key.kid().to_owned());
    for key in ring.keys() {
        let since = published.iter().find(|known| known.kid == key.kid()).map_or_else(
            || "not published yet".to_owned(),
            |known| format!("published since {}", known.first_seen_at),
        );
        let role = if signing.as_deref() == Some(key.kid()) {
            "signs   "
        } else {
            "verifies"
        };
        ui::line(&format!(
            "{}  {role}  {:5}  {} bits  {since}",
            key.kid(),
            key.algorithm(),
            key.bits()
        ));
    }
    Ok(())
}
