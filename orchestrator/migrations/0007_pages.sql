-- Up Migration

-- What a tool wants to know of the page that the visitor is on: asked of his browser, and deleted as soon as it is read or too late.
CREATE TABLE page_requests (
  id text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  page json,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX page_requests_session ON page_requests (session_id);

-- Down Migration
DROP TABLE page_requests;
