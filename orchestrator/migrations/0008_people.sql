-- Up Migration

-- A visitor, or the agent for him, asks for a person; or a person steps in by himself. From taken_at to closed_at the person answers and the model is silent.
CREATE TABLE handoffs (
  id text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  reason text NOT NULL CHECK (reason IN ('asked_for_human', 'not_helped', 'stepped_in')),
  asked_at timestamptz NOT NULL DEFAULT now(),
  taken_by text,
  taken_name text,
  taken_at timestamptz,
  closed_at timestamptz,
  -- Reference of the ticket that was made of it instead.
  ticket text
);
CREATE UNIQUE INDEX handoffs_one_open ON handoffs (session_id) WHERE closed_at IS NULL;
CREATE INDEX handoffs_session ON handoffs (session_id, asked_at);

-- What the people of the site tell each other about a conversation; no visitor and no model reads it.
CREATE TABLE notes (
  id text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  author text NOT NULL,
  author_name text NOT NULL,
  text text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notes_session ON notes (session_id, written_at);

-- Who has the conversations open, so that a visitor who asks for a person is told the truth.
CREATE TABLE staff_presence (
  issuer text NOT NULL,
  subject text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject)
);

-- What the site was handed for an alert already: each once, whoever asks.
CREATE TABLE alerts (
  key text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  claimed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alerts_session ON alerts (session_id);

ALTER TABLE runs
  -- Nothing in the answer helped: it failed, or neither the knowledge nor a tool had anything.
  ADD COLUMN unhelped boolean NOT NULL DEFAULT false,
  ADD COLUMN tool_failed boolean NOT NULL DEFAULT false;
CREATE INDEX runs_unhelped ON runs (started_at) WHERE unhelped;

-- When somebody last wrote something; NULL for a chat that was opened and left.
ALTER TABLE sessions ADD COLUMN spoken_at timestamptz;
UPDATE sessions SET spoken_at = (SELECT max(started_at) FROM runs WHERE session_id = sessions.id);
CREATE INDEX sessions_spoken ON sessions (issuer, spoken_at DESC, id DESC);

-- Down Migration
DROP INDEX sessions_spoken;
ALTER TABLE sessions DROP COLUMN spoken_at;
DROP INDEX runs_unhelped;
ALTER TABLE runs DROP COLUMN tool_failed, DROP COLUMN unhelped;
DROP TABLE alerts, staff_presence, notes, handoffs;
