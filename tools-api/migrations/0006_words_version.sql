-- Up Migration
-- The version of the corpus whose words were learnt last, so that a refresh that changes nothing reads no texts.
ALTER TABLE corpus ADD COLUMN words_version bigint;

-- Down Migration
ALTER TABLE corpus DROP COLUMN words_version;
