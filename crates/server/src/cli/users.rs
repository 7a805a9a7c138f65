//! What can be typed after `horizon-auth users`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ConfigArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// Make an account
    #[command(after_help = "\
Examples:
  horizon-auth users create --email ana@example.com --invite
  horizon-auth users create --email ana@example.com --name Ana --role admin --verified
  pass show ana | horizon-auth users create --email ana@example.com --password-stdin

Without --invite and --password-stdin a password is made, and printed this one time.")]
    Create(CreateArgs),
    /// List the accounts of a tenant
    #[command(after_help = "\
Examples:
  horizon-auth users list
  horizon-auth users list --tenant acme --json")]
    List(Scope),
    /// Show one account
    Show(OneUser),
    /// Switch an account off; its sessions, access tokens and mailed links are dead
    Disable(OneUser),
    /// Switch an account on, whoever switched it off; nothing that ended begins again
    Enable(OneUser),
    /// Delete an account and everything of it, for good
    #[command(after_help = "\
Example:
  horizon-auth users delete ana@example.com --yes

The person gets a farewell by mail. The audit trail keeps what happened, under a pseudonym.")]
    Delete(DeleteArgs),
    /// Replace the roles of an account; access tokens with the old ones are dead
    #[command(after_help = "\
Examples:
  horizon-auth users set-roles ana@example.com user admin
  horizon-auth users set-roles ana@example.com --none")]
    SetRoles(SetRolesArgs),
    /// Give an account one role more; access tokens from before are dead
    #[command(after_help = "\
Example:
  horizon-auth users grant ana@example.com editor

`horizon-auth roles list` shows what can be granted.")]
    Grant(OneRole),
    /// Take one role away from an account; access tokens with it are dead
    RevokeRole(OneRole),
    /// Mail a link to set a new password, or make a new password
    #[command(after_help = "\
Examples:
  horizon-auth users reset-password ana@example.com
  horizon-auth users reset-password ana@example.com --generate

With a mailed link the old password works until the link is used. A generated password works at
once, ends every session, and is printed this one time.")]
    ResetPassword(ResetPasswordArgs),
    /// List where a person is logged in
    Sessions(OneUser),
    /// Log a person out everywhere, or on one device
    #[command(after_help = "\
Examples:
  horizon-auth users end-sessions ana@example.com
  horizon-auth users end-sessions ana@example.com --session 0192d3a0-7a10-7c1e-9d0b-000000000001

`horizon-auth users sessions` shows the ids.")]
    EndSessions(EndSessionsArgs),
    /// Import accounts from another system
    #[command(after_help = "\
Examples:
  horizon-auth users import accounts.jsonl --dry-run
  horizon-auth users import accounts.csv --rejects refused.jsonl

Fields: id, email, emailVerified, fullName, roles, passwordHash, locale, createdAt, disabled. Only
email is required. An account that exists is left alone, so an import that stopped is finished by
running it again. The exit status is 1 if a line was refused.")]
    Import(ImportArgs),
    /// Export the accounts of a tenant
    #[command(after_help = "\
Examples:
  horizon-auth users export > accounts.jsonl
  horizon-auth users export --out accounts.csv
  horizon-auth users export --out backup.jsonl --with-hashes

What it writes, `users import` reads. Files are new, and only their owner can read them.")]
    Export(ExportArgs),
}

impl UsersCommand {
    /// What all of them have.
    pub(crate) const fn scope(&self) -> &Scope {
        match self {
            Self::Create(args) => &args.scope,
            Self::List(scope) => scope,
            Self::Show(one) | Self::Disable(one) | Self::Enable(one) | Self::Sessions(one) => &one.scope,
            Self::Delete(args) => &args.one.scope,
            Self::SetRoles(args) => &args.one.scope,
            Self::Grant(args) | Self::RevokeRole(args) => &args.scope,
            Self::EndSessions(args) => &args.one.scope,
            Self::ResetPassword(args) => &args.one.scope,
            Self::Import(args) => &args.scope,
            Self::Export(args) => &args.scope,
        }
    }
}

/// Whose accounts, and how the answer looks.
#[derive(Debug, Args)]
pub(crate) struct Scope {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Tenant of the accounts; without it, the configured default
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: Option<String>,
    /// Answer with one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneUser {
    /// Id or address of the account
    pub(crate) user: String,
    #[command(flatten)]
    pub(crate) scope: Scope,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Address of the account
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: String,
    /// Name of the person
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Language of mails to the person, such as en or pt-BR
    #[arg(long)]
    pub(crate) locale: Option<String>,
    /// A role; may be repeated. Without it, the configured roles of new users
    #[arg(long = "role", value_name = "ROLE")]
    pub(crate) roles: Vec<String>,
    /// The address is known to be the person's
    #[arg(long)]
    pub(crate) verified: bool,
    /// Mail the person a link to set a password; until then nobody can log in
    #[arg(long, conflicts_with = "password_stdin")]
    pub(crate) invite: bool,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    #[command(flatten)]
    pub(crate) scope: Scope,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    pub(crate) one: OneUser,
    /// Do it; without this, only say what would be deleted
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SetRolesArgs {
    #[command(flatten)]
    pub(crate) one: OneUser,
    /// All roles that the account will have
    #[arg(required_unless_present = "none", conflicts_with = "none")]
    pub(crate) roles: Vec<String>,
    /// Take all roles away
    #[arg(long)]
    pub(crate) none: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneRole {
    /// Id or address of the account
    pub(crate) user: String,
    /// Name of the role
    pub(crate) role: String,
    #[command(flatten)]
    pub(crate) scope: Scope,
}

#[derive(Debug, Args)]
pub(crate) struct EndSessionsArgs {
    #[command(flatten)]
    pub(crate) one: OneUser,
    /// Only this one
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ResetPasswordArgs {
    #[command(flatten)]
    pub(crate) one: OneUser,
    /// Mail a link; the default where mails are sent
    #[arg(long, conflicts_with = "generate")]
    pub(crate) mail: bool,
    /// Make a new password and print it
    #[arg(long)]
    pub(crate) generate: bool,
}

/// How accounts are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// One JSON object a line
    Jsonl,
    /// A line of field names, then one account a line
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file: .jsonl, .ndjson or .csv
    pub(crate) file: PathBuf,
    /// Format of the file, if its name does not tell
    #[arg(long, value_enum)]
    pub(crate) format: Option<FileFormat>,
    /// Check every line against the database, and import nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// New file for the refused lines: number, field and rule of each
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) scope: Scope,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// New file to write; without it, standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Format to write, if the file's name does not tell; jsonl on standard output
    #[arg(long, value_enum)]
    pub(crate) format: Option<FileFormat>,
    /// With password hashes, which only a file may hold; this is noted in the audit trail
    #[arg(long)]
    pub(crate) with_hashes: bool,
    #[command(flatten)]
    pub(crate) scope: Scope,
}
