//! The service and its database.

use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Form, Setting, plain, setting, special};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("environment", Kind::Choice(&["development", "production"]), Is("development"),
        "Production refuses to start with settings that are only safe on a developer's machine.")
        .or(&[special("NODE_ENV", Form::OnlyProduction)]),

    setting("mode", Kind::Choice(&["embedded", "sso_server", "sso_client"]), Is("embedded"),
        "What this process is: the engine by itself or in an application, a server that applications on other origins          share, or such an application, which only verifies.")
        .or(&[plain("AUTH_MODE"), plain("SSO_MODE")]),

    setting("listen", Kind::Socket, Is("127.0.0.1:3000"),
        "Address and port on which the server listens.")
        .or(&[special("PORT", Form::Port)]),

    setting("public_url", Kind::Origin, Unset("`http://localhost:` and the port; required in production"),
        "Origin under which browsers reach the service; links in mails start with it, and in production it must be `https`.")
        .or(&[plain("APP_URL")]),

    setting("database.url", Kind::DatabaseUrl, Unset("required"),
        "Where users and sessions are stored: `sqlite:PATH` (relative to the configuration file; `%` and `?` in it are \
         written `%25` and `%3F`), `postgres://…` or `postgresql://…`.")
        .or(&[plain("DATABASE_URL")]),

    setting("database.url_file", Kind::Path, Unset("none"),
        "File that holds the URL instead; on Unix only its owner may have access to it.")
        .or(&[plain("DATABASE_URL_FILE")]),

    setting("database.max_connections", Kind::Integer { min: 1, max: 1000 }, Is("20"),
        "Most connections open to the database at once."),

    setting("audit.addresses", Kind::Choice(&["plain", "hashed"]), Unset("`plain`; `hashed` with `http.profile = \"session\"`"),
        "How events keep network addresses: as they are, or as keyed hashes under the first pepper, by which equal ones \
         are recognised. Without a pepper they keep none."),
];
