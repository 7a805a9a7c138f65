//! Service calls: JSON in, JSON out. One line each; what they do is in the flows.

mod accounts;
mod args;
mod passwords;
mod sessions;
mod tokens;
mod trail;

use horizon_auth::{Auth, Error, Gate};
use serde_json::{Value, json};

use crate::request;
use crate::service::root;
use args::Args;

/// The names, each with the function that answers.
macro_rules! calls {
    ($($name:literal => $module:ident::$function:ident,)+) => {
        /// Every name, in the order of the table.
        pub(crate) const NAMES: &[&str] = &[$($name,)+];

        async fn answer(name: &str, auth: &Auth, args: &Args) -> Option<Result<Value, Error>> {
            Some(match name {
                $($name => $module::$function(auth, args).await,)+
                _ => return None,
            })
        }
    };
}

calls! {
    "register" => accounts::register,
    "login" => accounts::login,
    "requestPasswordReset" => accounts::request_password_reset,
    "resetPassword" => accounts::reset_password,
    "sendEmailVerification" => accounts::send_email_verification,
    "verifyEmail" => accounts::verify_email,
    "findUser" => accounts::find_user,
    "listUsers" => accounts::list_users,
    "setRoles" => accounts::set_roles,
    "refresh" => sessions::refresh,
    "logout" => sessions::logout,
    "createSession" => sessions::create,
    "listSessions" => sessions::list,
    "revokeSession" => sessions::revoke,
    "generateAccessToken" => tokens::generate_access_token,
    "generateRefreshToken" => tokens::generate_refresh_token,
    "rotateRefreshToken" => sessions::refresh,
    "revokeAllTokens" => sessions::logout,
    "isBlacklisted" => tokens::is_blacklisted,
    "blacklistToken" => tokens::blacklist_token,
    "hashPassword" => passwords::hash,
    "verifyPassword" => passwords::verify,
    "isBcryptHash" => passwords::is_bcrypt,
    "verifyAndMigrate" => passwords::verify_and_migrate,
    "health" => tokens::health,
    "searchAudit" => trail::search,
}

/// Answers a call.
///
/// # Errors
/// The arguments are no JSON object, or nobody has that name.
pub(crate) async fn call(auth: &Auth, gate: &Gate, name: &str, args: &str) -> Result<String, &'static str> {
    let args = Args::read(args).ok_or("the arguments are not an object")?;
    let answer = answer(name, auth, &args).await;
    let answer = answer.ok_or("there is no call of that name")?;
    Ok(match answer {
        Ok(value) => json!({ "value": value }),
        Err(error) => refused(gate, error),
    }
    .to_string())
}

/// A call that is refused.
pub(crate) fn refused(gate: &Gate, error: Error) -> Value {
    json!({ "problem": request::problem(gate, error, &root()) })
}
