//! Accounts: made, found, proved and changed.

use horizon_auth::commands::{
    LoginCommand, RegisterCommand, Registered, RequestPasswordResetCommand, RequestVerificationCommand,
    ResetPasswordCommand, UserRef, VerifyEmailCommand,
};
use horizon_auth::types::{Email, Locale, OneTime, Password, Role, Secret, User, UserId, Violation};
use horizon_auth::{Auth, Code, Error, SafeUser};
use serde_json::{Value, json};

use super::args::Args;
use super::sessions::logged_in;

/// Most accounts of one page.
const MOST: u32 = 1000;

pub(super) async fn register(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let cmd = RegisterCommand {
        email: args.parsed("email", Email::parse)?,
        password: args.parsed("password", Password::new)?,
        full_name: match args.optional("fullName")? {
            Some(text) => User::parse_full_name(text)?,
            None => None,
        },
        locale: args.optional("locale")?.and_then(Locale::preferred),
        client: args.client(auth)?,
        tenant: args.tenant(auth).await?,
    };
    Ok(match auth.register(cmd).await? {
        Registered::LoggedIn(fresh) => logged_in(&fresh),
        Registered::VerificationRequired(pending) => {
            json!({ "user": SafeUser::from(&pending.user), "requiresVerification": true })
        }
    })
}

pub(super) async fn login(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let cmd = LoginCommand {
        email: args.parsed("email", Email::parse)?,
        password: args.parsed("password", Password::offered)?,
        client: args.client(auth)?,
        tenant: args.tenant(auth).await?,
    };
    Ok(logged_in(&auth.login(cmd).await?))
}

pub(super) async fn request_password_reset(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let cmd = RequestPasswordResetCommand {
        email: args.parsed("email", Email::parse)?,
        client: args.client(auth)?,
        tenant: args.tenant(auth).await?,
    };
    auth.request_password_reset(cmd).await?;
    Ok(Value::Null)
}

pub(super) async fn reset_password(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let cmd = ResetPasswordCommand {
        new_password: args.parsed("newPassword", Password::new)?,
        token: one_time_token(args)?,
        client: args.client(auth)?,
        tenant: link_tenant(auth, args).await?,
    };
    auth.reset_password(cmd).await?;
    Ok(Value::Null)
}

/// By `userId`, or by `email`, which tells nobody whether there is an account.
pub(super) async fn send_email_verification(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let tenant = args.tenant(auth).await?;
    let email = match args.get("userId") {
        Some(_) => {
            let user = UserRef::Id(args.id("userId")?);
            let found = auth.find_user(&tenant, &user).await?;
            found.ok_or(Code::NotFound)?.email
        }
        None => args.parsed("email", Email::parse)?,
    };
    let client = args.client(auth)?;
    auth.request_verification(RequestVerificationCommand {
        tenant,
        email,
        client,
    })
    .await?;
    Ok(Value::Null)
}

pub(super) async fn verify_email(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let optional = |name: &'static str, parse: fn(&str) -> Result<Password, Violation>| {
        args.get(name).map(|_| args.parsed(name, parse)).transpose()
    };
    let cmd = VerifyEmailCommand {
        token: one_time_token(args)?,
        password: optional("password", Password::offered)?,
        new_password: optional("newPassword", Password::new)?,
        client: args.client(auth)?,
        tenant: link_tenant(auth, args).await?,
    };
    auth.verify_email(cmd).await?;
    Ok(Value::Null)
}

/// By `userId` or `email`; null if there is none.
pub(super) async fn find_user(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let tenant = args.tenant(auth).await?;
    let user = match args.get("userId") {
        Some(_) => UserRef::Id(args.id("userId")?),
        None => UserRef::Email(args.parsed("email", Email::parse)?),
    };
    let found = auth.find_user(&tenant, &user).await?;
    Ok(json!(found.as_ref().map(SafeUser::from)))
}

/// At most `limit` accounts after the id `after`.
pub(super) async fn list_users(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let tenant = args.tenant(auth).await?;
    let after: Option<UserId> = args.get("after").map(|_| args.id("after")).transpose()?;
    let limit = match args.get("limit") {
        None => 100,
        Some(limit) => limit
            .as_u64()
            .and_then(|limit| u32::try_from(limit).ok())
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or(Violation::new("limit", "must be a whole number from 1 to 1000"))?,
    };
    let users = auth.list_users(&tenant, after, limit).await?;
    Ok(users.iter().map(|user| json!(SafeUser::from(user))).collect())
}

pub(super) async fn set_roles(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let tenant = args.tenant(auth).await?;
    let user: UserId = args.id("userId")?;
    let roles = args.list("roles", Role::parse)?;
    let roles = roles.ok_or(Violation::new("roles", "is required"))?;
    let changed = auth.set_roles(&tenant, user, &roles, &args.client(auth)?).await?;
    Ok(Value::Bool(changed))
}

fn one_time_token(args: &Args) -> Result<Secret<OneTime>, Error> {
    Secret::<OneTime>::parse(args.text("token")?).ok_or(Error::Refused(Code::LinkInvalid))
}

/// The tenant that the link must be of, if one is named.
async fn link_tenant(auth: &Auth, args: &Args) -> Result<Option<horizon_auth::types::TenantId>, Error> {
    match args.get("tenantId") {
        Some(_) => args.tenant(auth).await.map(Some),
        None => Ok(None),
    }
}
