//! What can be typed after `horizon-auth roles`.

use clap::{Args, Subcommand};

use super::users::Scope;

#[derive(Debug, Subcommand)]
pub(crate) enum RolesCommand {
    /// List the roles of a tenant, and how many accounts have each
    List(Scope),
    /// Make a role that can be granted
    #[command(after_help = "\
Examples:
  horizon-auth roles create editor
  horizon-auth roles create editor --tenant acme

What a role allows is the application's business. `horizon-auth users grant` gives it to somebody.")]
    Create(RoleArgs),
    /// Remove a role that nobody has
    Delete(RoleArgs),
}

impl RolesCommand {
    /// What all of them have.
    pub(crate) const fn scope(&self) -> &Scope {
        match self {
            Self::List(scope) => scope,
            Self::Create(args) | Self::Delete(args) => &args.scope,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RoleArgs {
    /// Name of the role
    pub(crate) role: String,
    #[command(flatten)]
    pub(crate) scope: Scope,
}
