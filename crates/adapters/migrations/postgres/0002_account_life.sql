-- Accounts that their owners or operators switch off, mails with an address of their own, changes made by other programs.

ALTER TABLE users ADD COLUMN disabled_reason TEXT;
UPDATE users SET disabled_reason = 'operator' WHERE disabled_at IS NOT NULL;
ALTER TABLE users ADD COLUMN locale TEXT;

-- The address as written, for tokens that prove an address which is not yet the account's.
ALTER TABLE one_time_tokens ADD COLUMN email_written TEXT;

-- A mail belongs to an address: nobody looks up whose it is before the mail is sent.
CREATE TABLE outbox_new (
    id UUID NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    email TEXT NOT NULL,
    email_written TEXT NOT NULL,
    user_id UUID,
    locale TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    sent_at BIGINT,
    dead_at BIGINT,
    last_error TEXT
);
INSERT INTO outbox_new (id, tenant_id, kind, email, email_written, created_at, expires_at, attempts, next_attempt_at, sent_at)
SELECT o.id, o.tenant_id, o.kind, u.email, u.email_written, o.created_at, o.expires_at, o.attempts, o.next_attempt_at, o.sent_at
  FROM outbox o JOIN users u ON u.id = o.user_id;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_by_due ON outbox (next_attempt_at) WHERE sent_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_by_end ON outbox (expires_at);
CREATE INDEX outbox_by_email ON outbox (tenant_id, email);

-- One row: how often other programs (the command line) changed revocations, and how much of it the server has read.
CREATE TABLE outside_changes (
    topic TEXT NOT NULL PRIMARY KEY,
    made BIGINT NOT NULL,
    seen BIGINT NOT NULL
);
INSERT INTO outside_changes (topic, made, seen) VALUES ('revocations', 0, 0);
