//! What the methods of [`Auth`](crate::Auth) take and give: one command for each use case, and its outcome.

pub use horizon_auth_core::flows::{
    AccountData, AuthenticateCommand, ChangePasswordCommand, ConfirmEmailChangeCommand, CreateUserCommand,
    DeactivateCommand, DeleteAccountCommand, Delivered, EndSessionCommand, ExportUsersCommand, ExportedUser,
    Health, IdempotencyKey, ImportOutcome, ImportedUser, IssuedRefresh, LoggedIn, LoginCommand,
    LogoutCommand, LogoutScope, Part, RefreshCommand, Refreshed, RegisterCommand, Registered,
    RequestEmailChangeCommand, RequestPasswordResetCommand, RequestVerificationCommand, ResetPasswordCommand,
    SetPasswordCommand, UpdateProfileCommand, UserRef, VerifyEmailCommand,
};
