-- Times are unix milliseconds, ids are UUIDv7, digests are SHA-256. No secret is stored in clear.

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    email TEXT NOT NULL,
    email_written TEXT NOT NULL,
    full_name TEXT,
    email_verified_at BIGINT,
    disabled_at BIGINT,
    cred_version BIGINT NOT NULL,
    token_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (tenant_id, email)
);

CREATE TABLE passwords (
    user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE user_roles (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, role)
);

-- One row per login: the family of its refresh tokens.
CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    cred_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    absolute_expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoke_reason TEXT,
    user_agent TEXT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (absolute_expires_at);

CREATE TABLE refresh_tokens (
    digest BYTEA NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL,
    parent_digest BYTEA UNIQUE,
    generation BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    consumed_at BIGINT,
    consumed_clock BIGINT,
    replay_box BYTEA,
    replay_until BIGINT,
    replay_count BIGINT NOT NULL,
    retry_tag BYTEA,
    UNIQUE (session_id, generation)
);
-- The proof that a family never has two live branches.
CREATE UNIQUE INDEX refresh_tokens_one_live_leaf ON refresh_tokens (session_id) WHERE consumed_at IS NULL;
CREATE INDEX refresh_tokens_by_replay_end ON refresh_tokens (replay_until) WHERE replay_box IS NOT NULL;

CREATE TABLE one_time_tokens (
    digest BYTEA NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT
);
CREATE INDEX one_time_tokens_by_user ON one_time_tokens (user_id);
CREATE INDEX one_time_tokens_by_end ON one_time_tokens (expires_at);

-- The truth about denied access tokens; caches replicate it.
CREATE TABLE revocations (
    kind TEXT NOT NULL,
    subject UUID NOT NULL,
    min_epoch BIGINT NOT NULL,
    tenant_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (kind, subject, min_epoch)
);
CREATE INDEX revocations_by_end ON revocations (expires_at);

-- Append-only. No foreign keys: what happened outlives whom it happened to.
CREATE TABLE audit_events (
    id UUID NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    level TEXT NOT NULL,
    event TEXT NOT NULL,
    user_id UUID,
    session_id UUID,
    email TEXT,
    ip TEXT NOT NULL,
    user_agent TEXT,
    request_id UUID NOT NULL
);
CREATE INDEX audit_events_by_time ON audit_events (tenant_id, at);
CREATE INDEX audit_events_by_user ON audit_events (user_id, at);

-- Mails in the transaction of their cause; tokens are minted when a mail is sent.
CREATE TABLE outbox (
    id UUID NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX outbox_by_due ON outbox (next_attempt_at);

-- Public halves only.
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    first_seen_at BIGINT NOT NULL
);
