-- Which transaction wrote a revocation, so that a node finds those of others that it was not told of. SQLite serves one node.

ALTER TABLE revocations ADD COLUMN txid BIGINT NOT NULL DEFAULT 0;
CREATE INDEX revocations_by_txid ON revocations (txid);
