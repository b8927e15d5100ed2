-- Up Migration
-- Documents that a site has put itself are its own: nobody else replaces, lists or finds them. Its source names it; every other source is the operator's.
ALTER TABLE documents ADD COLUMN site text GENERATED ALWAYS AS (CASE WHEN starts_with(source, 'site:') THEN substr(source, 6) END) STORED;
-- A part of the knowledge that an agent may be kept to.
ALTER TABLE documents ADD COLUMN collection text NOT NULL DEFAULT 'general';
CREATE INDEX documents_site ON documents (site, source_key) WHERE site IS NOT NULL;

-- Down Migration
DROP INDEX documents_site;
ALTER TABLE documents DROP COLUMN collection, DROP COLUMN site;
