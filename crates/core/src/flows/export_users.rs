//! The accounts of a tenant, for another installation.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::ids::UserId;
use crate::domain::password::PasswordHash;
use crate::domain::tenant::TenantId;
use crate::domain::user::User;
use crate::error::Error;

/// Which page of accounts, and how much of them.
#[derive(Clone, Debug)]
pub struct ExportUsersCommand {
    /// Of which tenant.
    pub tenant: TenantId,
    /// The last account of the page before; `None` begins.
    pub after: Option<UserId>,
    /// Most accounts of a page.
    pub limit: u32,
    /// Whether with password hashes.
    pub with_hashes: bool,
    /// Who asks.
    pub client: Client,
}

/// An account on its way out.
#[derive(Clone, Debug)]
pub struct ExportedUser {
    /// The account.
    pub user: User,
    /// Its password's verifier, if it was asked for and there is one.
    pub password: Option<PasswordHash>,
}

impl Auth {
    /// One page of accounts, in the order of their ids. The first page with hashes leaves an audit event.
    ///
    /// # Errors
    /// `unavailable`, `internal`.
    pub async fn export_users(&self, cmd: &ExportUsersCommand) -> Result<Vec<ExportedUser>, Error> {
        let now = self.now();
        if cmd.with_hashes && cmd.after.is_none() {
            self.record(self.event(Event::HashesExported, &cmd.tenant, &cmd.client, now)?)
                .await?;
        }
        let mut db = self.store().db().await?;
        let users = db
            .list_users(&cmd.tenant, cmd.after, i64::from(cmd.limit))
            .await?;
        let mut exported = Vec::with_capacity(users.len());
        for user in users {
            let password = if cmd.with_hashes {
                let login = db.find_login_of(&cmd.tenant, user.id).await?;
                login.and_then(|login| login.password)
            } else {
                None
            };
            exported.push(ExportedUser { user, password });
        }
        Ok(exported)
    }
}
