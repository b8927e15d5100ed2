-- Up Migration
-- The version of the corpus whose words were learnt last, so that a refresh that changes nothing reads no texts.
ALTER TABLE corpus ADD COLUMN words_version bigint;
-- A document is looked up by its key at each replacement.
DROP INDEX documents_source;
CREATE INDEX documents_source ON documents (source, source_key);

-- Down Migration
DROP INDEX documents_source;
CREATE INDEX documents_source ON documents (source);
ALTER TABLE corpus DROP COLUMN words_version;
