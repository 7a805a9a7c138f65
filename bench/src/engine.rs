//! The engine as an application opens it, with people in it.

use horizon_auth::config::Config;
use horizon_auth::{Algorithm, AuthCore, Engine, SigningKey};
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::flows::{LoggedIn, RegisterCommand, Registered};

use crate::Result;

pub const PASSWORD: &str = "correct horse battery staple";

/// A configuration without limits; `more` is further TOML.
pub fn toml(database_url: &str, more: &str) -> Result<String> {
    let key = SigningKey::generate(Algorithm::Rs256)?;
    Ok(format!(
        "[database]\nurl = \"{database_url}\"\n\
         [jwt]\nprivate_key = \"\"\"\n{}\"\"\"\n\
         [rate_limit]\nlogin = \"off\"\nlogin_account = \"off\"\nregister = \"off\"\nrefresh = \"off\"\n{more}",
        *key.private_pem
    ))
}

/// An engine on a fresh database, ready for requests.
pub async fn open(toml: &str) -> Result<(Config, Engine)> {
    let config = Config::from_toml(toml)?;
    let engine = Engine::open(&config)?;
    engine.migrate().await?;
    engine.auth().prepare().await?;
    Ok((config, engine))
}

/// The mail address of person number `n`.
pub fn address(n: usize) -> String {
    format!("person{n}@example.com")
}

/// Registers a person and logs in.
pub async fn register(auth: &AuthCore, n: usize) -> Result<LoggedIn> {
    let command = RegisterCommand {
        tenant: auth.policy().default_tenant.clone(),
        email: Email::parse(&address(n)).map_err(|_| "not an address")?,
        password: Password::new(PASSWORD).map_err(|_| "not a password")?,
        full_name: None,
        locale: None,
        client: client(auth)?,
    };
    match auth.register(command).await? {
        Registered::LoggedIn(logged_in) => Ok(*logged_in),
        Registered::VerificationRequired(_) => Err("this configuration demands verification".into()),
    }
}

/// A caller with an id of its own, as the HTTP layers make one for each request.
pub fn client(auth: &AuthCore) -> Result<Client> {
    Ok(Client::local(auth.fresh_request_id()?))
}

/// Log lines as the program writes them, thrown away: their making belongs to the cost.
pub fn log_to_nowhere() {
    let started = tracing_subscriber::fmt()
        .with_env_filter("info")
        .with_writer(std::io::sink)
        .json()
        .flatten_event(true)
        .try_init();
    drop(started); // another measurement of this run was first
}
