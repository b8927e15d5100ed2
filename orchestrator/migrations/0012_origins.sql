-- Up Migration

ALTER TABLE sessions
  -- The page of the site on which the conversation began, without what a query may hold.
  ADD COLUMN page text,
  -- What the browser called itself. Both are the visitor's own words: shown to people of the site, never relied on.
  ADD COLUMN browser text,
  -- The agent it was had with; a visitor goes on with it at no other, which may answer from other knowledge.
  ADD COLUMN agent text;

-- A cap of the site's day is told without a conversation.
ALTER TABLE alerts ALTER COLUMN session_id DROP NOT NULL;

-- Down Migration
DELETE FROM alerts WHERE session_id IS NULL;
ALTER TABLE alerts ALTER COLUMN session_id SET NOT NULL;
ALTER TABLE sessions DROP COLUMN agent, DROP COLUMN browser, DROP COLUMN page;
