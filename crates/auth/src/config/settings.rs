//! The table of all settings. What is not here cannot be configured; the reference page is made from it.

use super::kind::Kind;
use super::setting::Fallback::{Is, Unset};
use super::setting::{Form, Setting, plain, setting, special};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Every setting there is, by section.
#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub static SETTINGS: &[Setting] = &[
    setting("environment", Kind::Choice(&["development", "production"]), Is("development"),
        "Production refuses to start with settings that are only safe on a developer's machine.")
        .or(&[special("NODE_ENV", Form::OnlyProduction)]),

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

    setting("database.max_connections", Kind::Integer { min: 1, max: 1000 }, Is("20"),
        "Most connections open to the database at once."),

    setting("jwt.private_key", Kind::Pem, Unset("none"),
        "Private key that signs access tokens; line breaks may be written as `\\n`.")
        .or(&[plain("JWT_PRIVATE_KEY")]),

    setting("jwt.private_key_file", Kind::Path, Unset("none"),
        "File that holds the private key instead; on Unix only its owner may have access to it.")
        .or(&[plain("JWT_PRIVATE_KEY_FILE"), plain("JWT_PRIVATE_KEY_PATH")]),

    setting("jwt.public_key", Kind::Pem, Unset("from the private key"),
        "Public key that verifies access tokens.")
        .or(&[plain("JWT_PUBLIC_KEY")]),

    setting("jwt.public_key_file", Kind::Path, Unset("none"),
        "File that holds the public key instead.")
        .or(&[plain("JWT_PUBLIC_KEY_FILE"), plain("JWT_PUBLIC_KEY_PATH")]),

    setting("jwt.extra_public_key_files", Kind::Paths, Is(""),
        "Files with further public keys that are published and accepted, for changing keys without logging anyone out."),

    setting("jwt.issuer", Kind::Text, Is("horizon-auth"),
        "The `iss` claim of access tokens.")
        .or(&[plain("JWT_ISSUER")]),

    setting("jwt.audience", Kind::Text, Is("horizon-api"),
        "The `aud` claim of access tokens.")
        .or(&[plain("JWT_AUDIENCE")]),

    setting("jwt.access_token_ttl", Kind::Duration { min: 30, max: DAY }, Is("15m"),
        "Life of an access token; must be shorter than `refresh.idle_ttl`.")
        .or(&[plain("JWT_ACCESS_EXPIRY")]),

    setting("jwt.leeway", Kind::Duration { min: 0, max: 30 }, Is("0s"),
        "Clock difference between machines that is forgiven when tokens are checked."),

    setting("refresh.idle_ttl", Kind::Duration { min: MINUTE, max: 365 * DAY }, Is("7d"),
        "Life of a refresh token that nobody uses.")
        .or(&[plain("JWT_REFRESH_EXPIRY")]),

    setting("refresh.absolute_ttl", Kind::Duration { min: MINUTE, max: 365 * DAY }, Is("30d"),
        "Life of a session, however often it is refreshed; at least `refresh.idle_ttl`."),

    setting("refresh.preset", Kind::Choice(&["strict", "browser"]), Is("strict"),
        "`strict` accepts each refresh token once; `browser` forgives two tabs that refresh within 10 seconds."),

    setting("refresh.grace", Kind::Duration { min: 0, max: MINUTE }, Unset("from the preset: `0s` or `10s`"),
        "How long a used refresh token still returns the same successor; overrides the preset."),

    setting("refresh.reuse_scope", Kind::Choice(&["user", "family"]), Is("user"),
        "What ends when a used refresh token comes back: all sessions of the user, or only that one."),

    setting("registration.require_verified_email", Kind::Bool, Is("false"),
        "Whether the mail address must be verified before the first log-in."),

    setting("registration.enumeration", Kind::Choice(&["explicit", "private"]), Is("explicit"),
        "`explicit` tells that an address is taken; `private` answers the same for new and taken addresses."),

    setting("registration.default_roles", Kind::Roles, Is("user"),
        "Roles of a new user."),

    setting("registration.verification_proof", Kind::Choice(&["link", "password"]), Unset("`link` in development, `password` in production"),
        "What verifies an address: the link alone, or the link with the account's password or a new one, \
         so that somebody who registered another person's address gains nothing from that person's click."),

    setting("password.blocklist", Kind::Choice(&["off", "common"]), Unset("`off` in development, `common` in production"),
        "`common` refuses passwords that many people use."),

    setting("password.context_words", Kind::Words, Is(""),
        "Words that no password may consist of, beside the address and `mail.product`."),

    setting("password.breach_check", Kind::Choice(&["off", "open", "closed"]), Is("off"),
        "Looks new passwords up in Have I Been Pwned by the first five letters of their hash; \
         without an answer `open` lets them pass and `closed` refuses with 503."),

    setting("password.breach_url", Kind::Origin, Is("https://api.pwnedpasswords.com"),
        "Where breached passwords are looked up; a mirror must answer `GET /range/{prefix}` the same way."),

    setting("mail.transport", Kind::Choice(&["none", "file", "smtp", "resend", "sendgrid", "custom"]), Unset("`file` in development; required in production"),
        "How mails are sent; `file` writes them into `mail.folder`, `none` keeps them in the outbox until they expire, \
         `custom` hands them to the mailer that the application brings.")
        .or(&[plain("MAIL_TRANSPORT")]),

    setting("mail.from", Kind::Sender, Unset("`auth@localhost` in development; required to send"),
        "Sender of all mails, such as `Example <auth@example.com>`.")
        .or(&[plain("MAIL_FROM"), plain("RESEND_EMAIL_FROM")]),

    setting("mail.product", Kind::Text, Is("Horizon Auth"),
        "Name of the product in subjects and texts."),

    setting("mail.locale", Kind::Locale, Is("en"),
        "Language of people who chose none."),

    setting("mail.templates", Kind::Path, Unset("none: the built-in ones"),
        "Folder whose files replace built-in templates of the same name."),

    setting("mail.folder", Kind::Path, Is("horizon-auth-mail"),
        "Where the transport `file` writes mails."),

    setting("mail.smtp_url", Kind::SmtpUrl, Unset("required for `smtp`"),
        "`smtps://` (TLS from the start) or `smtp://` (STARTTLS) with user, password, host and port; \
         `smtp+plain://` sends in clear and only to this machine.")
        .or(&[plain("SMTP_URL")]),

    setting("mail.smtp_ca_file", Kind::Path, Unset("the usual certificate authorities"),
        "PEM file of the certificate authority that signed the mail server's certificate."),

    setting("mail.api_key", Kind::Secret, Unset("required for `resend` and `sendgrid`"),
        "Key of the mail provider.")
        .or(&[plain("RESEND_API_KEY"), plain("SENDGRID_API_KEY")]),

    setting("mail.api_url", Kind::Origin, Unset("the provider's own"),
        "Origin of the provider's interface, for a region of its own or for tests."),

    setting("mail.timeout", Kind::Duration { min: 1, max: MINUTE }, Is("10s"),
        "Longest time that one attempt to hand over a mail may take."),

    setting("mail.verification_ttl", Kind::Duration { min: 5 * MINUTE, max: 30 * DAY }, Is("24h"),
        "Life of the link that verifies a mail address."),

    setting("mail.reset_ttl", Kind::Duration { min: 5 * MINUTE, max: DAY }, Is("1h"),
        "Life of the link that resets a password."),

    setting("mail.email_change_ttl", Kind::Duration { min: 5 * MINUTE, max: DAY }, Is("1h"),
        "Life of the link that confirms a new address."),

    setting("redis.url", Kind::RedisUrl, Unset("none: one process serves alone"),
        "The Redis that nodes share, `redis://…` or `rediss://…` (TLS), with user, password, port and number of the \
         database if need be; needs PostgreSQL.")
        .or(&[plain("REDIS_URL")]),

    setting("redis.host", Kind::Server, Unset("none"),
        "Name or address of that Redis instead.")
        .or(&[plain("REDIS_HOST")]),

    setting("redis.port", Kind::Integer { min: 1, max: 65_535 }, Is("6379"),
        "Port of `redis.host`, if the host says none.")
        .or(&[plain("REDIS_PORT")]),

    setting("redis.sentinels", Kind::Servers, Is(""),
        "Sentinels that name the primary instead; the usual port is 26379."),

    setting("redis.primary", Kind::Text, Unset("required with sentinels"),
        "Name by which the sentinels know the primary."),

    setting("redis.cluster", Kind::Servers, Is(""),
        "Some nodes of a Redis Cluster instead; the usual port is 6379."),

    setting("redis.username", Kind::Text, Unset("the default user"),
        "User of Redis."),

    setting("redis.password", Kind::Secret, Unset("none"),
        "Password of Redis.")
        .or(&[plain("REDIS_PASSWORD")]),

    setting("redis.database", Kind::Integer { min: 0, max: 9999 }, Is("0"),
        "Number of the database; a cluster has only 0.")
        .or(&[plain("REDIS_DB")]),

    setting("redis.tls", Kind::Bool, Unset("`true` if `redis.url` is `rediss`"),
        "Whether TLS is spoken with `redis.host`, sentinels or a cluster."),

    setting("redis.ca_file", Kind::Path, Unset("the usual certificate authorities"),
        "PEM file of the certificate authority that signed the certificates of Redis."),

    setting("redis.prefix", Kind::Text, Is("auth:"),
        "Begins every key in Redis."),

    setting("redis.timeout", Kind::Duration { min: 1, max: 30 }, Is("1s"),
        "Longest time of a call, connecting included; then the request is refused with 503."),

    setting("revocation.mode", Kind::Choice(&["replicated", "per_request"]), Is("replicated"),
        "How a node knows which tokens are denied: `replicated` from its memory, which follows the other nodes; \
         `per_request` by asking Redis about every token."),

    setting("revocation.lease", Kind::Moment { min: 500, max: 10_000 }, Is("1s"),
        "How long a node may decide without having heard of the others; the same on all nodes. Without Redis, tokens \
         are refused after that long."),

    setting("tenant.default", Kind::Tenant, Is("default"),
        "Tenant of requests that name none.")
        .or(&[plain("DEFAULT_TENANT_ID")]),

    setting("rate_limit.login", Kind::Rate, Is("5/1m"),
        "Log-in attempts from one network.")
        .or(&[special("RATE_LIMIT_LOGIN", Form::RateInSeconds)]),

    setting("rate_limit.login_account", Kind::Rate, Is("10/15m"),
        "Log-in attempts on one account, from anywhere, before each further one must wait."),

    setting("rate_limit.register", Kind::Rate, Is("3/1m"),
        "Registrations from one network.")
        .or(&[special("RATE_LIMIT_REGISTER", Form::RateInSeconds)]),

    setting("rate_limit.refresh", Kind::Rate, Is("10/1m"),
        "Refreshes from one network."),

    setting("rate_limit.password_reset", Kind::Rate, Is("3/1h"),
        "Requests for a reset link from one network.")
        .or(&[special("RATE_LIMIT_PASSWORD_RESET", Form::RateInSeconds)]),

    setting("rate_limit.resend", Kind::Rate, Is("3/1h"),
        "Requests for another verification mail from one network."),

    setting("rate_limit.one_time_token", Kind::Rate, Is("10/1m"),
        "Links of mails presented from one network."),

    setting("rate_limit.reauthenticate", Kind::Rate, Is("5/15m"),
        "Passwords that somebody who is logged in gives again, before each further one must wait."),

    setting("rate_limit.mail", Kind::Rate, Is("3/1h"),
        "Mails of one kind to one address, whether or not it has an account."),

    setting("hashing.preset", Kind::Choice(&["standard", "lean"]), Is("standard"),
        "Cost of password hashes: `standard` is 64 MiB, 3 passes, 4 lanes; `lean` is 19 MiB, 2 passes, 1 lane."),

    setting("hashing.memory_kib", Kind::Integer { min: 7168, max: 4 * MIB }, Unset("from the preset"),
        "Memory of one hash in KiB; with `hashing.passes` it must not be weaker than OWASP's minimum."),

    setting("hashing.passes", Kind::Integer { min: 1, max: 20 }, Unset("from the preset"),
        "Passes of one hash over its memory."),

    setting("hashing.lanes", Kind::Integer { min: 1, max: 16 }, Unset("from the preset"),
        "Lanes of one hash."),

    setting("hashing.memory_budget_mib", Kind::Integer { min: 7, max: 65_536 }, Is("512"),
        "Memory in MiB that all running hashes may use together."),

    setting("hashing.max_parallel", Kind::Integer { min: 1, max: 1024 }, Unset("the number of cores"),
        "Most hashes that run at once, whatever the memory."),

    setting("hashing.max_queue", Kind::Integer { min: 0, max: 100_000 }, Is("100"),
        "Most requests that may wait for a hash; more are refused with 503."),

    setting("hashing.queue_deadline", Kind::Duration { min: 1, max: MINUTE }, Is("5s"),
        "Longest time a request may wait for a hash before it is refused with 503."),

    setting("hashing.bcrypt_migration", Kind::Bool, Is("false"),
        "Whether bcrypt hashes are accepted, and replaced at the next log-in."),

    setting("hashing.foreign_migration", Kind::Bool, Is("false"),
        "Whether hashes of PBKDF2 and scrypt are accepted, and replaced at the next log-in."),

    setting("hashing.pepper", Kind::Secret, Unset("none"),
        "Keys that password hashes need beside the database, `VERSION:BASE64` separated by commas; new hashes use the first.")
        .or(&[plain("AUTH_PEPPER")]),

    setting("hashing.pepper_file", Kind::Path, Unset("none"),
        "File that holds them instead, one a line; on Unix only its owner may have access to it."),

    setting("hashing.engine", Kind::Choice(&["fast", "conservative"]), Is("fast"),
        "Implementation of Argon2id: `fast`, or `conservative` for the longer established one."),

    setting("http.max_body", Kind::Size { min: KIB, max: MIB }, Is("16KiB"),
        "Largest request body."),

    setting("http.body_timeout", Kind::Duration { min: 1, max: 5 * MINUTE }, Is("10s"),
        "Longest time a request body may take to arrive."),

    setting("http.jwks_max_age", Kind::Duration { min: 0, max: DAY }, Is("1h"),
        "How long clients may keep the published keys."),

    setting("http.trusted_proxies", Kind::Networks, Is(""),
        "Proxies whose `X-Forwarded-For` is believed; production refuses networks that hold everyone."),

    setting("cookie.secure", Kind::Bool, Unset("`true` if `public_url` is `https`"),
        "Whether browsers send the refresh cookie over `https` only; required in production.")
        .or(&[plain("COOKIE_SECURE")]),

    setting("cookie.domain", Kind::Domain, Unset("none: only the host itself"),
        "Domain that shares the refresh cookie; for single sign-on only.")
        .or(&[plain("COOKIE_DOMAIN")]),

    setting("server.header_timeout", Kind::Duration { min: 1, max: 5 * MINUTE }, Is("10s"),
        "Longest time the head of a request may take to arrive."),

    setting("server.max_header_bytes", Kind::Size { min: 8 * KIB, max: MIB }, Is("16KiB"),
        "Largest head of a request."),

    setting("server.drain_notice", Kind::Duration { min: 0, max: 10 * MINUTE }, Unset("`0s` in development, `5s` in production"),
        "How long a server that stops says `503` at `/health/ready` before it refuses connections: as long as it \
         takes the load balancer to notice."),

    setting("server.drain_timeout", Kind::Duration { min: 0, max: 10 * MINUTE }, Is("20s"),
        "How long running requests may take to finish when the server stops."),

    setting("server.max_connections", Kind::Integer { min: 1, max: 1_000_000 }, Is("10000"),
        "Most connections open to the server at once."),

    setting("log.format", Kind::Choice(&["auto", "json", "pretty"]), Is("auto"),
        "Form of log lines; `auto` is `pretty` on a terminal and `json` elsewhere."),

    setting("log.level", Kind::LogLevels, Is("info"),
        "How much is logged."),
];

/// The setting of a dotted path.
#[must_use]
pub fn find_setting(path: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.path == path)
}

/// Whether some setting is in a section of that name.
pub(super) fn is_section(path: &str) -> bool {
    SETTINGS
        .iter()
        .any(|setting| !path.is_empty() && setting.section() == path)
}
