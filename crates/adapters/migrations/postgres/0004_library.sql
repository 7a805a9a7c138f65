-- Cookie sessions, devices, roles with names, tenants that can be ended, and keys that change.

-- Tokens carry this number too: one cut-off ends everything of a tenant.
ALTER TABLE tenants ADD COLUMN token_epoch BIGINT NOT NULL DEFAULT 1;

-- A session that a cookie opens has the cookie's digest and an idle end; refresh tokens have both themselves.
ALTER TABLE sessions ADD COLUMN cookie_digest BYTEA;
ALTER TABLE sessions ADD COLUMN idle_expires_at BIGINT;
ALTER TABLE sessions ADD COLUMN last_seen_at BIGINT;
ALTER TABLE sessions ADD COLUMN ip_hash BYTEA;
UPDATE sessions SET last_seen_at = created_at;
CREATE UNIQUE INDEX sessions_by_cookie ON sessions (cookie_digest) WHERE cookie_digest IS NOT NULL;

-- The names that can be granted within a tenant.
CREATE TABLE roles (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
INSERT INTO roles (tenant_id, name, created_at)
SELECT tenant_id, role, MIN(granted_at) FROM user_roles GROUP BY tenant_id, role;

-- Where a key stands: next, active, retiring, gone or revoked. A private half is stored only sealed.
ALTER TABLE signing_keys ADD COLUMN state TEXT NOT NULL DEFAULT 'known';
ALTER TABLE signing_keys ADD COLUMN sealed_private_key BYTEA;
ALTER TABLE signing_keys ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE signing_keys SET changed_at = first_seen_at;
CREATE UNIQUE INDEX signing_keys_one_active ON signing_keys (state) WHERE state = 'active';
CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys (state) WHERE state = 'next';
