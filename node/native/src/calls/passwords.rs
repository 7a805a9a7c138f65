//! Passwords, for applications that keep hashes of their own.

use horizon_auth::commands::MigratePasswordCommand;
use horizon_auth::types::{Password, PasswordHash};
use horizon_auth::{Auth, Error};
use serde_json::{Value, json};

use super::args::Args;

pub(super) async fn hash(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let password = args.parsed("password", Password::new)?;
    let hash = auth.hasher().hash(&password).await?;
    Ok(json!(hash.as_str()))
}

pub(super) async fn verify(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let password = args.parsed("password", Password::offered)?;
    let hash = stored(args)?;
    let verified = auth.hasher().verify(&password, Some(&hash)).await?;
    Ok(Value::Bool(verified.matches))
}

// Async like all calls.
pub(super) async fn is_bcrypt(_: &Auth, args: &Args) -> Result<Value, Error> {
    std::future::ready(stored(args).map(|hash| Value::Bool(hash.is_bcrypt()))).await
}

/// `{ valid, migrated }`.
pub(super) async fn verify_and_migrate(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let cmd = MigratePasswordCommand {
        user: args.id("userId")?,
        password: args.parsed("password", Password::offered)?,
        hash: stored(args)?,
        tenant: args.tenant(auth).await?,
    };
    let done = auth.migrate_password(cmd).await?;
    Ok(json!({ "valid": done.matches, "migrated": done.migrated }))
}

fn stored(args: &Args) -> Result<PasswordHash, Error> {
    Ok(PasswordHash::new(args.text("hash")?.to_owned()))
}
