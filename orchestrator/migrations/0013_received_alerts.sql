-- Up Migration

-- An alert counts as told when the site says that it has it; until then it is handed out again.
ALTER TABLE alerts ADD COLUMN received_at timestamptz, ADD COLUMN hand_outs smallint NOT NULL DEFAULT 1;
UPDATE alerts SET received_at = claimed_at;

-- Down Migration
ALTER TABLE alerts DROP COLUMN hand_outs, DROP COLUMN received_at;
