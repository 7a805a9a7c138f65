-- Times are unix milliseconds, ids are UUIDv7, digests are SHA-256. No secret is stored in clear.

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL,
    email_written TEXT NOT NULL,
    full_name TEXT,
    email_verified_at INTEGER,
    disabled_at INTEGER,
    cred_version INTEGER NOT NULL,
    token_epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (tenant_id, email)
) STRICT;

CREATE TABLE passwords (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE user_roles (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, role)
) STRICT;

-- One row per login: the family of its refresh tokens.
CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    cred_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    revoke_reason TEXT,
    user_agent TEXT
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (absolute_expires_at);

CREATE TABLE refresh_tokens (
    digest BLOB NOT NULL PRIMARY KEY,
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL,
    parent_digest BLOB UNIQUE,
    generation INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    consumed_at INTEGER,
    consumed_clock INTEGER,
    replay_box BLOB,
    replay_until INTEGER,
    replay_count INTEGER NOT NULL,
    retry_tag BLOB,
    UNIQUE (session_id, generation)
) STRICT;
-- The proof that a family never has two live branches.
CREATE UNIQUE INDEX refresh_tokens_one_live_leaf ON refresh_tokens (session_id) WHERE consumed_at IS NULL;
CREATE INDEX refresh_tokens_by_replay_end ON refresh_tokens (replay_until) WHERE replay_box IS NOT NULL;

CREATE TABLE one_time_tokens (
    digest BLOB NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    consumed_at INTEGER
) STRICT;
CREATE INDEX one_time_tokens_by_user ON one_time_tokens (user_id);
CREATE INDEX one_time_tokens_by_end ON one_time_tokens (expires_at);

-- The truth about denied access tokens; caches replicate it.
CREATE TABLE revocations (
    kind TEXT NOT NULL,
    subject BLOB NOT NULL,
    min_epoch INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, subject, min_epoch)
) STRICT;
CREATE INDEX revocations_by_end ON revocations (expires_at);

-- Append-only. No foreign keys: what happened outlives whom it happened to.
CREATE TABLE audit_events (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    level TEXT NOT NULL,
    event TEXT NOT NULL,
    user_id BLOB,
    session_id BLOB,
    email TEXT,
    ip TEXT NOT NULL,
    user_agent TEXT,
    request_id BLOB NOT NULL
) STRICT;
CREATE INDEX audit_events_by_time ON audit_events (tenant_id, at);
CREATE INDEX audit_events_by_user ON audit_events (user_id, at);

-- Mails in the transaction of their cause; tokens are minted when a mail is sent.
CREATE TABLE outbox (
    id BLOB NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX outbox_by_due ON outbox (next_attempt_at);

-- Public halves only.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    public_key BLOB NOT NULL,
    first_seen_at INTEGER NOT NULL
) STRICT;
