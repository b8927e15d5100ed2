-- Up Migration
-- Whose answer it is, so that it can be erased with everything else of him: SHA-256 of issuer and subject. Unknown for those kept before, which go within 48 hours.
ALTER TABLE idempotency_keys ADD COLUMN subject_digest text;
CREATE INDEX idempotency_keys_subject ON idempotency_keys (subject_digest);
CREATE INDEX tasks_subject ON tasks (subject_digest);

-- Down Migration
DROP INDEX tasks_subject;
ALTER TABLE idempotency_keys DROP COLUMN subject_digest;
