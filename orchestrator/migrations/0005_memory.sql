-- Up Migration

ALTER TABLE sessions
  -- When the visitor last opened the conversation or wrote, to the hour.
  ADD COLUMN active_at timestamptz NOT NULL DEFAULT now(),
  -- The conversation on another device that this one goes on from.
  ADD COLUMN continued_from text REFERENCES sessions ON DELETE SET NULL;
UPDATE sessions SET active_at = COALESCE((SELECT max(started_at) FROM runs WHERE session_id = sessions.id), created_at);
CREATE INDEX sessions_idle ON sessions (active_at);
CREATE INDEX sessions_continued ON sessions (continued_from) WHERE continued_from IS NOT NULL;

-- What is kept of a conversation between its turns, beside its log. The visitor can see it and have it forgotten.
CREATE TABLE session_memory (
  session_id text PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
  -- What was spoken of, typed, at most 2 kB; taken from the events up to noted_seq.
  scratchpad json NOT NULL DEFAULT '{}',
  noted_seq integer NOT NULL DEFAULT 0,
  -- Stands for the events up to summary_seq, which are not told to the model any more.
  summary text NOT NULL DEFAULT '',
  summary_seq integer NOT NULL DEFAULT 0,
  -- Each with its own expiry, as the tools API gave it; asked for again from preferences_due on.
  preferences json NOT NULL DEFAULT '{}',
  preferences_due timestamptz NOT NULL DEFAULT '-infinity',
  -- What was done in the conversations that this one goes on from.
  carried_changes json NOT NULL DEFAULT '[]',
  -- Events up to here are not told either: the visitor had them forgotten.
  forgotten_seq integer NOT NULL DEFAULT 0
);

-- Conversations that were deleted after a long pause, so that whoever comes back is told; nothing of them but that they were.
CREATE TABLE expired_sessions (
  digest text PRIMARY KEY,
  expired_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX expired_sessions_age ON expired_sessions (expired_at);

-- Links with which a conversation goes on on another device: used once, within minutes; the token itself is nowhere.
CREATE TABLE continue_links (
  token_digest text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  issuer text NOT NULL,
  subject text NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX continue_links_session ON continue_links (session_id);
CREATE INDEX continue_links_expiry ON continue_links (expires_at);

-- Down Migration
DROP TABLE continue_links, expired_sessions, session_memory;
ALTER TABLE sessions DROP COLUMN continued_from, DROP COLUMN active_at;
