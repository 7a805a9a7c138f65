//! The command line: what can be typed. What it does is in `commands/`.

mod audit;
mod doctor;
mod health;
mod roles;
mod tenants;
mod users;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use audit::{AuditCommand, FilterArgs, LevelArg, SearchArgs, TailArgs};
pub(crate) use doctor::DoctorArgs;
pub(crate) use health::HealthArgs;
pub(crate) use roles::RolesCommand;
pub(crate) use tenants::TenantsCommand;
pub(crate) use users::{
    CreateArgs, DeleteArgs, EndSessionsArgs, ExportArgs, FileFormat, ImportArgs, OneRole, ResetPasswordArgs,
    Scope, SetRolesArgs, UsersCommand,
};

/// Authentication service: passwords, access tokens, rotating refresh tokens, revocation.
#[derive(Debug, Parser)]
#[command(name = "horizon-auth", version, after_help = EXAMPLES, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  horizon-auth dev                                 try it: everything in one folder
  horizon-auth keys generate --out keys            make a signing key
  horizon-auth config check --config horizon-auth.toml
  horizon-auth migrate --config horizon-auth.toml
  horizon-auth serve --config horizon-auth.toml
  horizon-auth users create --email ana@example.com --invite";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run with a data folder made on first start; for trying out and for development
    #[command(after_help = "\
Examples:
  horizon-auth dev
  horizon-auth dev --data /tmp/try --listen 127.0.0.1:4000
  horizon-auth dev --sso                           one log-in for all http://*.dev.localhost

The folder holds a SQLite database, a signing key and mails. Of the environment, only variables that
begin with HORIZON_AUTH__ are read, so that another project's DATABASE_URL is left alone.")]
    Dev(DevArgs),
    /// Run the service
    #[command(after_help = "\
Example:
  horizon-auth serve --config /etc/horizon-auth.toml

SIGTERM and SIGINT stop it: readiness turns false, running requests are finished, then it exits.
In production the schema must be current; run `horizon-auth migrate` first.")]
    Serve(ConfigArgs),
    /// Bring the database schema up to date
    #[command(after_help = "\
Examples:
  horizon-auth migrate --config horizon-auth.toml
  horizon-auth migrate --status")]
    Migrate(MigrateArgs),
    /// Check everything that a server of this configuration depends on, and say what to mend
    #[command(after_help = "\
Examples:
  horizon-auth doctor --config /etc/horizon-auth.toml
  horizon-auth doctor --json --strict
  horizon-auth doctor --send-test-mail ana@example.com

It looks at configuration, database, Redis, clocks, keys, cookies, proxies and mail, and measures how
fast this machine hashes passwords. A line per check: ok, warning, failed or n/a. It changes nothing
and shows no secret. Run it as the user of the service. Exit status 1 if anything failed.")]
    Doctor(DoctorArgs),
    /// Ask a running server whether it can serve; exit status 1 if it cannot
    #[command(after_help = "\
Examples:
  horizon-auth health --config /etc/horizon-auth.toml
  horizon-auth health --live --timeout 1s
  horizon-auth health --url http://127.0.0.1:3000
  HEALTHCHECK CMD [\"horizon-auth\", \"health\"]      (in a Dockerfile)

It asks the address of the setting `listen` and needs nothing else: no key, no database, no curl.")]
    Health(HealthArgs),
    /// Make, change, import and export accounts, also beside a running server
    Users {
        #[command(subcommand)]
        command: UsersCommand,
    },
    /// Make, list and remove the roles that accounts of a tenant can have
    Roles {
        #[command(subcommand)]
        command: RolesCommand,
    },
    /// Make, list and switch off tenants, also beside a running server
    Tenants {
        #[command(subcommand)]
        command: TenantsCommand,
    },
    /// Make, list, rotate and revoke signing keys; make peppers
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Search and follow the trail of security events
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// List the routes of the configured profile, and who may call them
    #[command(after_help = "\
Example:
  horizon-auth routes --config horizon-auth.toml")]
    Routes(ConfigArgs),
    /// Look at the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

/// Where the configuration comes from.
#[derive(Clone, Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Configuration file; horizon-auth.toml in the current folder is read if there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// Folder for database and key
    #[arg(long, value_name = "DIR", default_value = "horizon-auth-data")]
    pub(crate) data: PathBuf,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(crate) listen: SocketAddr,
    /// Share the log-in with every application on http://*.dev.localhost, on any port
    #[arg(long)]
    pub(crate) sso: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Only say how far the schema is; exit status 1 if it is behind
    #[arg(long)]
    pub(crate) status: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key pair; the private file can be read by its owner only
    #[command(after_help = "\
Examples:
  horizon-auth keys generate --out keys
  horizon-auth keys generate --algorithm EdDSA

  horizon-auth keys generate --sealing --out /etc/horizon-auth

With a sealing key on every node (jwt.sealing_key_file) `horizon-auth keys rotate` changes keys without
anybody noticing. Without one: publish the new public key on every node
(jwt.extra_public_key_files), wait an hour (the time verifiers cache keys), make the new
private key the signing one and the old public key an extra one, and drop that after
access_token_ttl.")]
    Generate {
        /// Signature algorithm
        #[arg(long, value_enum, ignore_case = true, default_value = "RS256")]
        algorithm: AlgorithmArg,
        /// Folder for the files
        #[arg(long, value_name = "DIR", default_value = ".")]
        out: PathBuf,
        /// Make a sealing key instead, without which no private key can be kept in the database
        #[arg(long, conflicts_with = "algorithm")]
        sealing: bool,
    },
    /// List the keys, where each stands, since when, and what happens next
    List(ConfigArgs),
    /// Publish a new key that signs when every verifier has it; nobody is logged out
    #[command(after_help = "\
Examples:
  horizon-auth keys rotate --config horizon-auth.toml
  horizon-auth keys rotate --algorithm ES256
  horizon-auth keys rotate --drill

The running nodes do the rest: the new key signs once nobody can have cached the key set without it
(http.jwks_max_age and 90 seconds), and the old one goes when its last token has expired.
`horizon-auth keys list` tells how far it is. The drill rehearses all of it with your times on
a simulated clock, and leaves your database alone.")]
    Rotate(RotateArgs),
    /// Make a key gone that signs no more and has no living tokens, or that has not signed yet
    #[command(after_help = "\
Example:
  horizon-auth keys retire KID --config horizon-auth.toml

Running nodes do this by themselves when it is time. While tokens of the key live it is refused.")]
    Retire(KeyArgs),
    /// Emergency: refuse all tokens of a key at once, and never believe it again
    #[command(after_help = "\
Example:
  horizon-auth keys revoke KID --config horizon-auth.toml

For a private key that somebody else may have. If the key signed, the next one signs at once, or a
fresh one. Nobody is logged out: clients refresh, and get tokens of the other key. Verifiers that
only cache the key set may believe the old one for as long as http.jwks_max_age.")]
    Revoke(KeyArgs),
    /// Make a pepper: a key that password hashes need beside the database
    #[command(after_help = "\
Examples:
  horizon-auth keys pepper --out /etc/horizon-auth/pepper

Name the file in hashing.pepper_file and keep a copy of it where the database is not: without it
nobody can log in. Run again, the command adds a line above the others; new hashes use the first,
and each older hash is replaced when its owner logs in. Lines are never removed by the command.")]
    Pepper {
        /// File of the peppers; made if it is missing
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// Signature algorithm of the new key; that of the present one unless given
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) algorithm: Option<AlgorithmArg>,
    /// Only rehearse the change, and report
    #[arg(long, conflicts_with = "algorithm")]
    pub(crate) drill: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// Id of the key, as `keys list` shows it
    pub(crate) kid: String,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "verbatim")]
pub(crate) enum AlgorithmArg {
    RS256,
    ES256,
    #[value(name = "EdDSA")]
    EdDsa,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration and say everything that is wrong with it
    #[command(after_help = "\
Example:
  horizon-auth config check --config horizon-auth.toml")]
    Check(ConfigArgs),
}
