//! The use cases, one per file: a command in, an outcome or an [`Error`](crate::error::Error) out.
//!
//! Every flow reads the clock once, on its first line; limits come before
//! work; no transaction is open while something is hashed, signed or sent.
//! Front ends call flows; flows call `auth.rs`, `crypto` and ports.

mod accept_password;
mod authenticate;
mod begin_session;
mod create_user;
mod deliver_mail;
mod disable_user;
mod enable_user;
mod end_session;
mod end_user_sessions;
mod erase_user;
mod expect_tenant;
mod export_users;
mod find_user;
mod follow_outside;
mod generate_password;
mod health;
mod import_users;
mod issue_verification;
mod jwks;
mod login;
mod list_users;
mod logout;
mod mail_reset;
mod prepare;
mod profile;
mod queue_mail;
mod reauthenticate;
mod refresh;
mod register;
mod set_password;
mod set_roles;
mod sweep;

pub use authenticate::AuthenticateCommand;
pub use begin_session::{IssuedRefresh, LoggedIn};
pub use create_user::CreateUserCommand;
pub use deliver_mail::Delivered;
pub use end_session::EndSessionCommand;
pub use export_users::{ExportUsersCommand, ExportedUser};
pub use find_user::UserRef;
pub use health::{Health, Part};
pub use import_users::{ImportOutcome, ImportedUser};
pub use login::LoginCommand;
pub use logout::{LogoutCommand, LogoutScope};
pub use refresh::{IdempotencyKey, RefreshCommand, Refreshed};
pub use register::{RegisterCommand, Registered};
pub use set_password::SetPasswordCommand;
