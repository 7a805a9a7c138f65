//! `horizon-auth keys rotate|retire|revoke`, also beside a running server.

use horizon_auth::operator::Client;
use horizon_auth::{Algorithm, AuthCore, Engine, Error};

use super::block_on;
use super::users::desk::{self, expect_schema};
use super::users::effect::{self, Effect};
use crate::cli::{AlgorithmArg, ConfigArgs, KeyArgs, RotateArgs};
use crate::load_config;
use crate::ui::{self, Failure};

/// By what name the audit trail knows this program.
const AGENT: &str = "horizon-auth keys";

pub(crate) fn rotate(args: &RotateArgs) -> Result<(), Failure> {
    let algorithm = args.algorithm.map(AlgorithmArg::algorithm);
    beside_server(&args.config, async |auth, client| {
        let next = auth.rotate_key(algorithm, client).await?;
        Ok(format!(
            "published the {} key {}; it signs from {}",
            next.algorithm, next.kid, next.signs_at
        ))
    })
}

pub(crate) fn retire(args: &KeyArgs) -> Result<(), Failure> {
    beside_server(&args.config, async |auth, client| {
        auth.retire_key(&args.kid, client).await?;
        Ok(format!("the key {} is gone", args.kid))
    })
}

pub(crate) fn revoke(args: &KeyArgs) -> Result<(), Failure> {
    beside_server(&args.config, async |auth, client| {
        let signs = auth.revoke_key(&args.kid, client).await?;
        let rest = signs.map_or_else(String::new, |signs| format!("; {signs} signs"));
        Ok(format!(
            "revoked the key {}: no token of it is accepted any more{rest}",
            args.kid
        ))
    })
}

impl AlgorithmArg {
    pub(super) const fn algorithm(self) -> Algorithm {
        match self {
            Self::RS256 => Algorithm::Rs256,
            Self::ES256 => Algorithm::Es256,
            Self::EdDsa => Algorithm::EdDsa,
        }
    }
}

/// Changes keys, says what was done, and returns when a running server has seen it.
fn beside_server(
    args: &ConfigArgs,
    change: impl AsyncFnOnce(&AuthCore, &Client) -> Result<String, Error>,
) -> Result<(), Failure> {
    let config = load_config::load(args)?;
    block_on(async {
        let engine = Engine::open_beside_server(&config)
            .map_err(|error| Failure::because("the engine cannot start", &error))?;
        let done = within(&engine, change).await;
        engine.close().await;
        done
    })
}

async fn within(
    engine: &Engine,
    change: impl AsyncFnOnce(&AuthCore, &Client) -> Result<String, Error>,
) -> Result<(), Failure> {
    expect_schema(engine).await?;
    let request = engine.auth().fresh_request_id();
    let client = Client {
        user_agent: Some(AGENT.to_owned()),
        ..Client::local(request.map_err(|error| explain(&error))?)
    };
    let done = change(engine.auth(), &client)
        .await
        .map_err(|error| explain(&error))?;
    let effect = effect::wait(engine).await;
    ui::line(&format!("{done}{}", effect.sentence()));
    match effect {
        Effect::Seen | Effect::NoServer => Ok(()),
        Effect::Unconfirmed => Err(Failure::new(format!(
            "the change is stored, but no server has confirmed within {} seconds that it saw it. See that the \
             server runs and reaches the database; it takes the change up as soon as it does",
            effect::PATIENCE.as_secs()
        ))),
    }
}

/// A refusal as it is; it says what to do.
fn explain(error: &Error) -> Failure {
    match error {
        Error::Keys(refusal) => Failure::new(refusal.to_string()),
        other => desk::explain(other),
    }
}
