//! What a program for operators works with, such as `horizon-auth users`: accounts made, changed and
//! moved without a password. Whoever calls these flows is trusted.
//!
//! Open the engine with [`Engine::open_beside_server`](crate::Engine::open_beside_server) if a server
//! may run on the same database.

pub use horizon_auth_core::domain::audit::{Event, Level};
pub use horizon_auth_core::domain::audit_search::{AuditFilter, AuditPerson, AuditRecord, AuditSpan};
pub use horizon_auth_core::domain::client::Client;
pub use horizon_auth_core::domain::device::Device;
pub use horizon_auth_core::domain::email::Email;
pub use horizon_auth_core::domain::ids::{SessionId, UserId};
pub use horizon_auth_core::domain::locale::Locale;
pub use horizon_auth_core::domain::password::{Password, PasswordHash};
pub use horizon_auth_core::domain::role::{Role, StoredRole};
pub use horizon_auth_core::domain::session::{EndReason, ListedSession};
pub use horizon_auth_core::domain::tenant::{Tenant, TenantId};
pub use horizon_auth_core::domain::time::Timestamp;
pub use horizon_auth_core::domain::user::{DisableReason, User};
pub use horizon_auth_core::domain::violation::Violation;
pub use horizon_auth_core::flows::{
    AuditOrder, AuditTail, CreateUserCommand, EndOneSessionCommand, ExportUsersCommand, ExportedUser,
    ImportOutcome, ImportedUser, SetPasswordCommand, UserRef,
};

pub use crate::development_key::{DevelopmentKeyError, make_development_key, make_development_sealing_key};
pub use crate::service_secret::make_service_secret;
