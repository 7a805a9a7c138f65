-- A session carries its tenant's number too: what began before the tenant was disabled never goes on.

ALTER TABLE sessions ADD COLUMN tenant_epoch INTEGER NOT NULL DEFAULT 1;
