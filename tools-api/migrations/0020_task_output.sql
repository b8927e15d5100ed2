-- Up Migration
-- What the call would have answered with, had it waited; only of tools whose call is a question.
ALTER TABLE tasks ADD COLUMN output jsonb;

-- Down Migration
ALTER TABLE tasks DROP COLUMN output;
