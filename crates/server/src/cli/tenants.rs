//! What can be typed after `horizon-auth tenants`.

use clap::{Args, Subcommand};

use super::ConfigArgs;
use super::users::Scope;

#[derive(Debug, Subcommand)]
pub(crate) enum TenantsCommand {
    /// List the tenants
    List(Answer),
    /// Make a tenant
    #[command(after_help = "\
Examples:
  horizon-auth tenants create acme
  horizon-auth users create --tenant acme --email ana@example.com --role admin --invite

The name is part of every token, and for good: 1 to 63 of a-z, 0-9 and inner hyphens. Requests reach
the tenant by the header or the host that tenant.source tells.")]
    Create(OneTenant),
    /// Switch a tenant off; its sessions and access tokens are dead, its links and mails wait
    #[command(after_help = "\
Example:
  horizon-auth tenants disable acme

When it returns, no node accepts anything of the tenant any more. Accounts stay as they are.")]
    Disable(OneTenant),
    /// Switch a tenant on; people log in again, nothing that ended begins again
    Enable(OneTenant),
}

impl TenantsCommand {
    /// What the desk needs; there the tenant is the default one, which is always there.
    pub(crate) fn scope(&self) -> Scope {
        let answer = match self {
            Self::List(answer) => answer,
            Self::Create(one) | Self::Disable(one) | Self::Enable(one) => &one.answer,
        };
        Scope {
            config: answer.config.clone(),
            tenant: None,
            json: answer.json,
        }
    }
}

/// Where the tenants are, and how the answer looks.
#[derive(Debug, Args)]
pub(crate) struct Answer {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Answer with one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneTenant {
    /// Name of the tenant
    pub(crate) tenant: String,
    #[command(flatten)]
    pub(crate) answer: Answer,
}
