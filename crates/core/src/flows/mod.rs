//! The use cases, one per file: a command in, an outcome or an [`Error`](crate::error::Error) out.
//!
//! Every flow reads the clock once, on its first line; limits come before
//! work; no transaction is open while something is hashed, signed or sent.
//! Front ends call flows; flows call `auth.rs`, `crypto` and ports.

mod accept_password;
mod authenticate;
mod begin_session;
mod change_password;
mod create_user;
mod delete_account;
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
mod list_users;
mod login;
mod logout;
mod mail_reset;
mod open_link;
mod prepare;
mod profile;
mod queue_mail;
mod reauthenticate;
mod refresh;
mod register;
mod replace_password;
mod request_link;
mod request_password_reset;
mod request_verification;
mod reset_password;
mod set_password;
mod set_roles;
mod sweep;
mod verify_email;
mod withdraw_links;

pub use authenticate::AuthenticateCommand;
pub use begin_session::{IssuedRefresh, LoggedIn};
pub use change_password::ChangePasswordCommand;
pub use create_user::CreateUserCommand;
pub use delete_account::DeleteAccountCommand;
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
pub use request_password_reset::RequestPasswordResetCommand;
pub use request_verification::RequestVerificationCommand;
pub use reset_password::ResetPasswordCommand;
pub use set_password::SetPasswordCommand;
pub use verify_email::VerifyEmailCommand;
