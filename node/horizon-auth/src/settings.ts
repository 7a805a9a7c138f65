/** Every setting under the name that it has in `horizon-auth.toml`; see `docs/reference/configuration.md`. */
export interface Settings {
  /** Production refuses to start with settings that are only safe on a developer's machine. Default: `development`. */
  environment?: 'development' | 'production' | undefined;
  /** What this process is: the engine by itself or in an application, a server that applications on other origins share, or such an application, which only verifies. Default: `embedded`. */
  mode?: 'embedded' | 'sso_server' | 'sso_client' | undefined;
  /** Address and port on which the server listens. An IP address and port. Default: `127.0.0.1:3000`. */
  listen?: string | undefined;
  /** Origin under which browsers reach the service; links in mails start with it, and in production it must be `https`. An origin such as `https://auth.example.com`. Default: `http://localhost:` and the port; required in production. */
  public_url?: string | undefined;
  database?: {
    /** Where users and sessions are stored: `sqlite:PATH` (relative to the configuration file; `%` and `?` in it are written `%25` and `%3F`), `postgres://…` or `postgresql://…`. A database URL. Default: required. */
    url?: string | undefined;
    /** File that holds the URL instead; on Unix only its owner may have access to it. The path of a file. Default: none. */
    url_file?: string | undefined;
    /** Most connections open to the database at once. A whole number, 1 to 1000. Default: `20`. */
    max_connections?: number | undefined;
  } | undefined;
  audit?: {
    /** How events keep network addresses: as they are, or as keyed hashes under the first pepper, by which equal ones are recognised. Without a pepper they keep none. Default: `plain`; `hashed` with `http.profile = "session"`. */
    addresses?: 'plain' | 'hashed' | undefined;
  } | undefined;
  jwt?: {
    /** Private key that signs access tokens; line breaks may be written as `\n`. PEM text. Default: none. */
    private_key?: string | undefined;
    /** File that holds the private key instead; on Unix only its owner may have access to it. The path of a file. Default: none. */
    private_key_file?: string | undefined;
    /** Public key that verifies access tokens. PEM text. Default: from the private key. */
    public_key?: string | undefined;
    /** File that holds the public key instead. The path of a file. Default: none. */
    public_key_file?: string | undefined;
    /** Files with further public keys that are published and accepted, for changing keys without logging anyone out. A list of paths of files. Default: none. */
    extra_public_key_files?: string[] | undefined;
    /** Keys that seal private keys in the database, base64 of 32 bytes each, separated by commas; the first seals. With one, keys are changed by `horizon-auth keys rotate`. Text. Default: none. */
    sealing_key?: string | undefined;
    /** File that holds them instead, one a line; on Unix only its owner may have access to it. The path of a file. Default: none. */
    sealing_key_file?: string | undefined;
    /** How long a key signs before another one takes its place by itself; needs a sealing key. 90 days are recommended. A duration, 1d to 3650d. Default: never by itself. */
    rotation_period?: string | undefined;
    /** The `iss` claim of access tokens. Text. Default: `horizon-auth`. */
    issuer?: string | undefined;
    /** The `aud` claim of access tokens. Text. Default: `horizon-api`. */
    audience?: string | undefined;
    /** Life of an access token; must be shorter than `refresh.idle_ttl`. A duration, 30s to 1d. Default: `15m`. */
    access_token_ttl?: string | undefined;
    /** Clock difference between machines that is forgiven when tokens are checked. A duration, 0s to 30s. Default: `0s`. */
    leeway?: string | undefined;
  } | undefined;
  refresh?: {
    /** Life of a refresh token that nobody uses. A duration, 1m to 365d. Default: `7d`. */
    idle_ttl?: string | undefined;
    /** Life of a session, however often it is refreshed; at least `refresh.idle_ttl`. A duration, 1m to 365d. Default: `30d`. */
    absolute_ttl?: string | undefined;
    /** `strict` accepts each refresh token once; `browser` forgives two tabs that refresh within 10 seconds. Default: `strict`; `browser` with `mode = "sso_server"`. */
    preset?: 'strict' | 'browser' | undefined;
    /** How long a used refresh token still returns the same successor; overrides the preset. A duration, 0s to 1m. Default: from the preset: `0s` or `10s`. */
    grace?: string | undefined;
    /** What ends when a used refresh token comes back: all sessions of the user, or only that one. Default: `user`. */
    reuse_scope?: 'user' | 'family' | undefined;
  } | undefined;
  http?: {
    /** `token` hands out access tokens and a refresh cookie; `session` opaque session cookies, with tokens against cross-site requests; `both` has the routes of sessions below `/session`. Default: `token`. */
    profile?: 'token' | 'session' | 'both' | undefined;
    /** Largest request body. A size, 1KiB to 1MiB. Default: `16KiB`. */
    max_body?: string | undefined;
    /** Longest time a request body may take to arrive. A duration, 1s to 5m. Default: `10s`. */
    body_timeout?: string | undefined;
    /** How long clients may keep the published keys. A duration, 0s to 1d. Default: `1h`. */
    jwks_max_age?: string | undefined;
    /** Whether `/openapi.json` and the page `/docs` are served; `auto` is in development only. Default: `auto`. */
    openapi?: 'auto' | 'off' | 'on' | undefined;
    /** Proxies whose `X-Forwarded-For` and `X-Forwarded-Host` are believed; production refuses networks that hold everyone. A list of addresses and networks. Default: none. */
    trusted_proxies?: string[] | undefined;
  } | undefined;
  session?: {
    /** Life of a session that its cookie does not use, noted once a minute. A duration, 5m to 365d. Default: `7d`. */
    idle_ttl?: string | undefined;
    /** Life of a session with a cookie, however often it is used; at least `session.idle_ttl`. A duration, 5m to 365d. Default: `30d`. */
    absolute_ttl?: string | undefined;
    /** Most sessions of one user at once, with cookies and with tokens; one more ends the oldest. A whole number, 1 to 1000. Default: no limit. */
    max_per_user?: number | undefined;
    /** Name of the session cookie; under `https` browsers see it as `__Host-` and the name, or with `cookie.domain` as `__Secure-` and the name. 1 to 64 letters, digits, `-`, `_` and `.`. Default: `session`. */
    cookie_name?: string | undefined;
    /** Name of the cookie that scripts may read, with the token for `X-CSRF-Token`; prefixed in the same way. 1 to 64 letters, digits, `-`, `_` and `.`. Default: `csrf`. */
    csrf_cookie_name?: string | undefined;
    /** Whether the session cookie comes along when somebody follows a link from another site: not with `strict`. Default: `strict`. */
    same_site?: 'strict' | 'lax' | undefined;
  } | undefined;
  registration?: {
    /** Whether the mail address must be verified before the first log-in. Default: `false`; with `http.profile = "session"` in production `true`. */
    require_verified_email?: boolean | undefined;
    /** Whether a registration sends the mail that verifies the address; it can be asked for at any time. Default: `true`. */
    send_verification?: boolean | undefined;
    /** Whether a registration with a session cookie opens a session although log-ins need a verified address. Default: `false`. */
    session_before_verification?: boolean | undefined;
    /** `explicit` tells that an address is taken; `private` answers the same for new and taken addresses. Default: `explicit`. */
    enumeration?: 'explicit' | 'private' | undefined;
    /** Roles of a new user. A list of role names. Default: `user`. */
    default_roles?: string[] | undefined;
    /** What verifies an address: the link alone, or the link with the account's password or a new one, so that somebody who registered another person's address gains nothing from that person's click. Default: `link` in development, `password` in production. */
    verification_proof?: 'link' | 'password' | undefined;
  } | undefined;
  password?: {
    /** `common` refuses passwords that many people use. Default: `off` in development, `common` in production. */
    blocklist?: 'off' | 'common' | undefined;
    /** Words that no password may consist of, beside the address and `mail.product`. A list of words. Default: none. */
    context_words?: string[] | undefined;
    /** Looks new passwords up in Have I Been Pwned by the first five letters of their hash; without an answer `open` lets them pass and `closed` refuses with 503. Default: `off`. */
    breach_check?: 'off' | 'open' | 'closed' | undefined;
    /** Where breached passwords are looked up; a mirror must answer `GET /range/{prefix}` the same way. An origin such as `https://auth.example.com`. Default: `https://api.pwnedpasswords.com`. */
    breach_url?: string | undefined;
  } | undefined;
  mail?: {
    /** How mails are sent; `file` writes them into `mail.folder`, `none` keeps them in the outbox until they expire, `custom` hands them to the mailer that the application brings. Default: `file` in development; required in production. */
    transport?: 'none' | 'file' | 'smtp' | 'resend' | 'sendgrid' | 'custom' | undefined;
    /** Sender of all mails, such as `Example <auth@example.com>`. An address such as `Example <auth@example.com>`. Default: `auth@localhost` in development; required to send. */
    from?: string | undefined;
    /** Name of the product in subjects and texts. Text. Default: `Horizon Auth`. */
    product?: string | undefined;
    /** Language of people who chose none. A language tag such as `en` or `pt-BR`. Default: `en`. */
    locale?: string | undefined;
    /** Folder whose files replace built-in templates of the same name. The path of a file. Default: none: the built-in ones. */
    templates?: string | undefined;
    /** Where the transport `file` writes mails. The path of a file. Default: `horizon-auth-mail`. */
    folder?: string | undefined;
    /** `smtps://` (TLS from the start) or `smtp://` (STARTTLS) with user, password, host and port; `smtp+plain://` sends in clear and only to this machine. The URL of a mail server. Default: required for `smtp`. */
    smtp_url?: string | undefined;
    /** File that holds that URL instead; on Unix only its owner may have access to it. The path of a file. Default: none. */
    smtp_url_file?: string | undefined;
    /** PEM file of the certificate authority that signed the mail server's certificate. The path of a file. Default: the usual certificate authorities. */
    smtp_ca_file?: string | undefined;
    /** Key of the mail provider. Text. Default: required for `resend` and `sendgrid`. */
    api_key?: string | undefined;
    /** File that holds the key instead; on Unix only its owner may have access to it. The path of a file. Default: none. */
    api_key_file?: string | undefined;
    /** Origin of the provider's interface, for a region of its own or for tests. An origin such as `https://auth.example.com`. Default: the provider's own. */
    api_url?: string | undefined;
    /** Longest time that one attempt to hand over a mail may take. A duration, 1s to 1m. Default: `10s`. */
    timeout?: string | undefined;
    /** Life of the link that verifies a mail address. A duration, 5m to 30d. Default: `24h`. */
    verification_ttl?: string | undefined;
    /** Life of the link that resets a password. A duration, 5m to 1d. Default: `1h`. */
    reset_ttl?: string | undefined;
    /** Life of the link that confirms a new address. A duration, 5m to 1d. Default: `1h`. */
    email_change_ttl?: string | undefined;
  } | undefined;
  redis?: {
    /** The Redis that nodes share, `redis://…` or `rediss://…` (TLS), with user, password, port and number of the database if need be; needs PostgreSQL. The URL of a Redis. Default: none: one process serves alone. */
    url?: string | undefined;
    /** File that holds the URL instead; on Unix only its owner may have access to it. The path of a file. Default: none. */
    url_file?: string | undefined;
    /** Name or address of that Redis instead. A host name or IP address. Default: none. */
    host?: string | undefined;
    /** Port of `redis.host`, if the host says none. A whole number, 1 to 65535. Default: `6379`. */
    port?: number | undefined;
    /** Sentinels that name the primary instead; the usual port is 26379. A list of servers such as `redis-1:6379`. Default: none. */
    sentinels?: string[] | undefined;
    /** Name by which the sentinels know the primary. Text. Default: required with sentinels. */
    primary?: string | undefined;
    /** Some nodes of a Redis Cluster instead; the usual port is 6379. A list of servers such as `redis-1:6379`. Default: none. */
    cluster?: string[] | undefined;
    /** User of Redis. Text. Default: the default user. */
    username?: string | undefined;
    /** Password of Redis. Text. Default: none. */
    password?: string | undefined;
    /** File that holds the password instead; on Unix only its owner may have access to it. The path of a file. Default: none. */
    password_file?: string | undefined;
    /** Number of the database; a cluster has only 0. A whole number, 0 to 9999. Default: `0`. */
    database?: number | undefined;
    /** Whether TLS is spoken with `redis.host`, sentinels or a cluster. Default: `true` if `redis.url` is `rediss`. */
    tls?: boolean | undefined;
    /** PEM file of the certificate authority that signed the certificates of Redis. The path of a file. Default: the usual certificate authorities. */
    ca_file?: string | undefined;
    /** Begins every key in Redis. Text. Default: `auth:`. */
    prefix?: string | undefined;
    /** Longest time of a call, connecting included; then the request is refused with 503. A duration, 1s to 30s. Default: `1s`. */
    timeout?: string | undefined;
  } | undefined;
  revocation?: {
    /** How a node knows which tokens are denied: `replicated` from its memory, which follows the other nodes; `per_request` by asking Redis about every token. Default: `replicated`. */
    mode?: 'replicated' | 'per_request' | undefined;
    /** How long a node may decide without having heard of the others; the same on all nodes. Without Redis, tokens are refused after that long. A duration, 500ms to 10s. Default: `1s`. */
    lease?: string | undefined;
  } | undefined;
  tenant?: {
    /** Tenant of requests that name none. A tenant name. Default: `default`. */
    default?: string | undefined;
    /** Whether requests name their tenant: `true` alone means by a header, and `false` that `tenant.source` counts for nothing. Default: what `tenant.source` says. */
    enabled?: boolean | undefined;
    /** How a request names its tenant: not at all, by `tenant.header`, or by its host below `tenant.base_domain`. Default: `fixed`; `header` with `tenant.enabled`. */
    source?: 'fixed' | 'header' | 'subdomain' | undefined;
    /** Header that names the tenant, with `tenant.source = "header"`. The name of a header. Default: `X-Tenant-ID`. */
    header?: string | undefined;
    /** Domain below which each tenant has a host of its own: `acme.example.com` is `acme` of `example.com`. A port is left out; links have the one of `public_url`. A domain name of two or more labels. Default: none; needed with `tenant.source = "subdomain"`. */
    base_domain?: string | undefined;
  } | undefined;
  roles?: {
    /** Role of administrators; each may see and change the roles of others within the own tenant. A role name. Default: `admin`. */
    admin?: string | undefined;
    /** Whether administrators give and take `roles.admin` too; otherwise operators do, on the command line. Default: `false`. */
    admin_grants_admin?: boolean | undefined;
  } | undefined;
  rate_limit?: {
    /** Log-in attempts from one network. A rate such as `5/1m`, or `off`. Default: `5/1m`; `10/1m` with `http.profile = "session"`. */
    login?: string | undefined;
    /** Log-in attempts on one account, from anywhere, before each further one must wait. A rate such as `5/1m`, or `off`. Default: `10/15m`; `5/5m` with `http.profile = "session"`. */
    login_account?: string | undefined;
    /** Registrations from one network. A rate such as `5/1m`, or `off`. Default: `3/1m`; `5/1m` with `http.profile = "session"`. */
    register?: string | undefined;
    /** Refreshes from one network. A rate such as `5/1m`, or `off`. Default: `10/1m`. */
    refresh?: string | undefined;
    /** Requests for a reset link from one network. A rate such as `5/1m`, or `off`. Default: `3/1h`; `3/5m` with `http.profile = "session"`. */
    password_reset?: string | undefined;
    /** Requests for another verification mail from one network. A rate such as `5/1m`, or `off`. Default: `3/1h`; `3/5m` with `http.profile = "session"`. */
    resend?: string | undefined;
    /** Links of mails presented from one network. A rate such as `5/1m`, or `off`. Default: `10/1m`; `10/5m` with `http.profile = "session"`. */
    one_time_token?: string | undefined;
    /** Passwords that somebody who is logged in gives again, before each further one must wait. A rate such as `5/1m`, or `off`. Default: `5/15m`. */
    reauthenticate?: string | undefined;
    /** Mails of one kind to one address, whether or not it has an account. A rate such as `5/1m`, or `off`. Default: `3/1h`. */
    mail?: string | undefined;
    /** Tenants named from one network that do not exist. A rate such as `5/1m`, or `off`. Default: `30/1m`. */
    unknown_tenant?: string | undefined;
    /** Failed attempts of services to prove which one they are, from one network. A rate such as `5/1m`, or `off`. Default: `10/1m`. */
    client_authentication?: string | undefined;
  } | undefined;
  hashing?: {
    /** Cost of password hashes: `standard` is 64 MiB, 3 passes, 4 lanes; `lean` is 19 MiB, 2 passes, 1 lane. Default: `standard`. */
    preset?: 'standard' | 'lean' | undefined;
    /** Memory of one hash in KiB; with `hashing.passes` it must not be weaker than OWASP's minimum. A whole number, 7168 to 4194304. Default: from the preset. */
    memory_kib?: number | undefined;
    /** Passes of one hash over its memory. A whole number, 1 to 20. Default: from the preset. */
    passes?: number | undefined;
    /** Lanes of one hash. A whole number, 1 to 16. Default: from the preset. */
    lanes?: number | undefined;
    /** Memory in MiB that all running hashes may use together. A whole number, 7 to 65536. Default: `512`. */
    memory_budget_mib?: number | undefined;
    /** Most hashes that run at once, whatever the memory. A whole number, 1 to 1024. Default: the number of cores. */
    max_parallel?: number | undefined;
    /** Most requests that may wait for a hash; more are refused with 503. A whole number, 0 to 100000. Default: `100`. */
    max_queue?: number | undefined;
    /** Longest time a request may wait for a hash before it is refused with 503. A duration, 1s to 1m. Default: `5s`. */
    queue_deadline?: string | undefined;
    /** Whether bcrypt hashes are accepted, and replaced at the next log-in. Default: `false`. */
    bcrypt_migration?: boolean | undefined;
    /** Whether hashes of PBKDF2 and scrypt are accepted, and replaced at the next log-in. Default: `false`. */
    foreign_migration?: boolean | undefined;
    /** Keys that password hashes need beside the database, `VERSION:BASE64` separated by commas; new hashes use the first. Text. Default: none. */
    pepper?: string | undefined;
    /** File that holds them instead, one a line; on Unix only its owner may have access to it. The path of a file. Default: none. */
    pepper_file?: string | undefined;
    /** Implementation of Argon2id: `fast`, or `conservative` for the longer established one. Default: `fast`. */
    engine?: 'fast' | 'conservative' | undefined;
  } | undefined;
  cookie?: {
    /** Whether browsers send cookies over `https` only; required in production. Default: `true` if `public_url` is `https`. */
    secure?: boolean | undefined;
    /** Domain that shares the cookies; for single sign-on only. A domain name. Default: none: only the host itself. */
    domain?: string | undefined;
  } | undefined;
  server?: {
    /** Longest time the head of a request may take to arrive. A duration, 1s to 5m. Default: `10s`. */
    header_timeout?: string | undefined;
    /** Largest head of a request. A size, 8KiB to 1MiB. Default: `16KiB`. */
    max_header_bytes?: string | undefined;
    /** How long a server that stops says `503` at `/health/ready` before it refuses connections: as long as it takes the load balancer to notice. A duration, 0s to 10m. Default: `0s` in development, `5s` in production. */
    drain_notice?: string | undefined;
    /** How long running requests may take to finish when the server stops. A duration, 0s to 10m. Default: `20s`. */
    drain_timeout?: string | undefined;
    /** Most connections open to the server at once. A whole number, 1 to 1000000. Default: `10000`. */
    max_connections?: number | undefined;
  } | undefined;
  log?: {
    /** Form of log lines; `auto` is `pretty` on a terminal and `json` elsewhere. Default: `auto`. */
    format?: 'auto' | 'json' | 'pretty' | undefined;
    /** How much is logged. A level such as `info`, or a list such as `warn,horizon_auth=debug`. Default: `info`. */
    level?: string | undefined;
  } | undefined;
  metrics?: {
    /** Address and port, other than those of `listen`, on which the program serves `GET /metrics` to Prometheus. Nobody is asked who they are: keep it on a network where strangers do not come. An IP address and port. Default: none: no metrics are served. */
    listen?: string | undefined;
  } | undefined;
  sso?: {
    /** Server: origins whose pages may call it with cookies; each exactly, and in production `https`. A list of origins such as `https://app.example.com`. Default: none. */
    allowed_origins?: string[] | undefined;
    /** Server: where the log-in page may send people back to; an origin, or a path of one with all that is below it. A list of origins or addresses such as `https://app.example.com/after/`. Default: `sso.allowed_origins`. */
    redirects?: string[] | undefined;
    /** Server: services that may ask about tokens, each with a secret of at least 32 characters such as `openssl rand -hex 32` prints. A list of `NAME:SECRET`. Default: none. */
    clients?: string[] | undefined;
    /** Server: file that holds them instead, one a line; on Unix only its owner may have access to it. The path of a file. Default: none. */
    clients_file?: string | undefined;
    /** Server: trusts every page of `http://*.dev.localhost` on any port; refused in production. Default: `false`. */
    trust_dev_localhost?: boolean | undefined;
    /** Application: origin of the authentication server; `https`, unless it is on this machine. An origin such as `https://auth.example.com`. Default: none. */
    auth_url?: string | undefined;
    /** Application: where the server publishes its keys; not looked at if `jwt.public_key` is given. An address such as `https://auth.example.com/keys.json`. Default: `sso.auth_url` and `/.well-known/jwks.json`. */
    jwks_url?: string | undefined;
    /** Application: how it knows what was revoked: from the server's Redis, by asking the server about every token, or not at all until the token expires. Default: required in an application. */
    revocation?: 'redis' | 'introspection' | 'signature_only' | undefined;
    /** Application: its name in the server's `sso.clients`. Text. Default: required with introspection. */
    client_id?: string | undefined;
    /** Application: its secret there. Text. Default: required with introspection. */
    client_secret?: string | undefined;
    /** Application: file that holds that secret instead; on Unix only its owner may have access to it. The path of a file. Default: none. */
    client_secret_file?: string | undefined;
    /** Application: how long an answer of the server is believed; a log-out is noticed that much later. A duration, 0s to 1m. Default: `0s`. */
    introspection_cache?: string | undefined;
    /** Application: longest time of a question to the server; then the request is refused with 503. A duration, 1s to 30s. Default: `3s`. */
    timeout?: string | undefined;
  } | undefined;
}
