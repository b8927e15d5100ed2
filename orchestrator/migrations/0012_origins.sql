-- Up Migration

ALTER TABLE sessions
  -- The page of the site on which the conversation began, without what a query may hold.
  ADD COLUMN page text,
  -- What the browser called itself. Both are the visitor's own words: shown to people of the site, never relied on.
  ADD COLUMN browser text;

-- Down Migration
ALTER TABLE sessions DROP COLUMN browser, DROP COLUMN page;
