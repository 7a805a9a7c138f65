//! What every command on accounts begins with, and how it answers.

use horizon_auth::config::{Config, MailTransport};
use horizon_auth::operator::{Client, Role, TenantId, User, UserRef, Violation};
use horizon_auth::{AuthCore, Code, Engine, Error};
use serde::Serialize;

use super::effect::{self, Effect};
use crate::cli::Scope;
use crate::load_config;
use crate::ui::{self, Failure};

/// By what name the audit trail knows this program.
const AGENT: &str = "horizon-auth users";

/// An engine beside the server, and the tenant whose accounts are meant.
pub(super) struct Desk {
    pub(super) config: Config,
    pub(super) tenant: TenantId,
    pub(super) client: Client,
    pub(super) json: bool,
    engine: Engine,
}

/// What was done to an account.
pub(super) struct Done<'a> {
    /// For programs; never changes.
    word: &'static str,
    /// For people.
    sentence: &'a str,
    /// A new password that somebody has to see.
    password: Option<&'a str>,
}

impl<'a> Done<'a> {
    pub(super) const fn new(word: &'static str, sentence: &'a str) -> Self {
        Self {
            word,
            sentence,
            password: None,
        }
    }

    pub(super) const fn with_password(self, password: Option<&'a str>) -> Self {
        Self { password, ..self }
    }
}

/// The same for programs.
#[derive(Serialize)]
struct Answer<'a> {
    id: String,
    email: &'a str,
    done: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

impl Desk {
    /// Opens the engine, if the schema is the one of this program.
    pub(super) async fn open(scope: &Scope) -> Result<Self, Failure> {
        let config = load_config::load(&scope.config)?;
        let tenant = match &scope.tenant {
            Some(name) => TenantId::parse(name).map_err(|violation| broken("--tenant", &violation))?,
            None => config.policy.default_tenant.clone(),
        };
        let engine = Engine::open_beside_server(&config)
            .map_err(|error| Failure::because("the engine cannot start", &error))?;
        expect_schema(&engine).await?;
        let request = engine.auth().fresh_request_id();
        let client = Client {
            user_agent: Some(AGENT.to_owned()),
            ..Client::local(request.map_err(|error| explain(&error))?)
        };
        let desk = Self {
            config,
            tenant,
            client,
            json: scope.json,
            engine,
        };
        let known = desk.auth().expect_tenant(&desk.tenant).await;
        known.map_err(|error| explain(&error))?;
        Ok(desk)
    }

    /// Says goodbye to the database.
    pub(super) async fn close(self) {
        self.engine.close().await;
    }

    pub(super) fn auth(&self) -> &AuthCore {
        self.engine.auth()
    }

    /// The account that was named.
    pub(super) async fn find(&self, named: &str) -> Result<User, Failure> {
        let user = UserRef::parse(named).map_err(|violation| broken("USER", &violation))?;
        let found = self.auth().find_user(&self.tenant, &user).await;
        found.map_err(|error| explain(&error))?.ok_or_else(|| {
            Failure::new(format!(
                "the tenant {} has no such account; `horizon-auth users list` shows those it has",
                self.tenant
            ))
        })
    }

    /// Refuses to promise a mail that nobody would send.
    pub(super) fn expect_mail(&self, option: &str) -> Result<(), Failure> {
        if self.sends_mail() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{option}: mail.transport is \"none\", so no mail would be sent; configure another transport"
        )))
    }

    /// Whether a server with this configuration sends mails. This program only puts them into the outbox.
    pub(super) fn sends_mail(&self) -> bool {
        !matches!(self.config.mail.transport, MailTransport::None)
    }

    /// Says what was done where no running server has to follow.
    pub(super) fn answer(&self, user: &User, done: &Done<'_>) -> Result<(), Failure> {
        self.say(user, done, None)
    }

    /// Says what was done, and what a running server makes of it.
    pub(super) async fn answer_in_effect(&self, user: &User, done: &Done<'_>) -> Result<(), Failure> {
        let effect = self.effect().await;
        self.say(user, done, Some(effect))?;
        effect.confirmed("run `horizon-auth users end-sessions`")
    }

    /// Waits for what a running server makes of a change.
    pub(super) async fn effect(&self) -> Effect {
        effect::wait(&self.engine).await
    }

    /// A refusal in words; a role that the tenant lacks is named, with those it has.
    pub(super) async fn explain_roles(&self, error: &Error, typed: &str, roles: &[Role]) -> Failure {
        if error.code() != Code::UnknownRole {
            return explain(error);
        }
        let known = match self.auth().list_roles(&self.tenant).await {
            Ok(known) => known,
            Err(error) => return explain(&error),
        };
        let is_known = |role: &Role| known.iter().any(|stored| stored.role == *role);
        let unknown: Vec<&str> = roles
            .iter()
            .filter(|role| !is_known(role))
            .map(Role::as_str)
            .collect();
        let known: Vec<&str> = known.iter().map(|stored| stored.role.as_str()).collect();
        Failure::new(format!(
            "{typed}: the tenant {} has no role {}; it has {}. `horizon-auth roles create` makes one",
            self.tenant,
            unknown.join(", "),
            known.join(", ")
        ))
    }

    fn say(&self, user: &User, done: &Done<'_>, effect: Option<Effect>) -> Result<(), Failure> {
        let email = user.email.canonical();
        let text = if self.json {
            json(&Answer {
                id: user.id.to_string(),
                email,
                done: done.word,
                server: effect.map(Effect::word),
                password: done.password,
            })?
        } else {
            let effect = effect.map_or("", Effect::sentence);
            let shown = done
                .password
                .map(|password| format!("\npassword, shown this one time: {password}"));
            let shown = shown.unwrap_or_default();
            format!("{}: {email}, id {}{effect}{shown}", done.sentence, user.id)
        };
        match (ui::try_line(&text), done.password) {
            (Err(error), Some(_)) => Err(Failure::because(
                "the new password is set but could not be shown; `horizon-auth users reset-password` makes another",
                &error,
            )),
            (Ok(()) | Err(_), _) => Ok(()),
        }
    }
}

/// Refuses to work on a schema of another program.
pub(in crate::commands) async fn expect_schema(engine: &Engine) -> Result<(), Failure> {
    let status = engine.migration_status().await;
    let status = status.map_err(|error| Failure::because("the database schema", &error))?;
    if status.is_current() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the database schema has {} migrations and this program {}; run `horizon-auth migrate`, \
         or the program that fits the database",
        status.applied, status.known
    )))
}

/// A line for programs.
pub(in crate::commands) fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::because("the answer cannot be written", &error))
}

/// A broken rule about something that was typed.
pub(super) fn broken(typed: &str, violation: &Violation) -> Failure {
    Failure::new(format!("{typed} {}", violation.rule))
}

/// A flow's refusal in words that help at a terminal.
pub(in crate::commands) fn explain(error: &Error) -> Failure {
    match error {
        Error::Invalid(violations) => {
            let rules: Vec<String> = violations.iter().map(ToString::to_string).collect();
            Failure::new(rules.join("\n"))
        }
        Error::Refused(Code::UnknownTenant) => Failure::new(
            "--tenant: there is no such tenant in this database; `horizon-auth tenants create` makes one",
        ),
        Error::Refused(Code::EmailTaken) => {
            Failure::new("--email: this address has an account already; `horizon-auth users show` shows it")
        }
        Error::Refused(Code::NotFound) => Failure::new("the account has been deleted meanwhile"),
        Error::Store(_) => Failure::because(
            "the database failed; if something was to change, see whether it did",
            error,
        ),
        Error::Cache(_) => Failure::because(
            "it is stored, but Redis did not take it: servers learn of it from the database within seconds",
            error,
        ),
        other => Failure::because("it did not work", other),
    }
}
