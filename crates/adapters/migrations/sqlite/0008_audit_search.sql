-- Whoever mistypes a password is known by the masked address only; these are the events that people ask for.
CREATE INDEX audit_events_by_address ON audit_events (email, id) WHERE user_id IS NULL;
