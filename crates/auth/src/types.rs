//! The words that commands and outcomes are made of.

pub use horizon_auth_core::domain::claims::VerifiedToken;
pub use horizon_auth_core::domain::client::Client;
pub use horizon_auth_core::domain::email::Email;
pub use horizon_auth_core::domain::identity::Identity;
pub use horizon_auth_core::domain::ids::{RequestId, SessionId, TokenId, UserId};
pub use horizon_auth_core::domain::limits::Rate;
pub use horizon_auth_core::domain::locale::Locale;
pub use horizon_auth_core::domain::password::{Password, PasswordHash};
pub use horizon_auth_core::domain::policy::Policy;
pub use horizon_auth_core::domain::role::Role;
pub use horizon_auth_core::domain::tenant::TenantId;
pub use horizon_auth_core::domain::time::Timestamp;
pub use horizon_auth_core::domain::token::{OneTime, Refresh, Secret};
pub use horizon_auth_core::domain::user::{DisableReason, User};
pub use horizon_auth_core::domain::violation::Violation;
