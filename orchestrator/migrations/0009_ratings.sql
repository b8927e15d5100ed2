-- Up Migration

-- What visitors thought: of an answer (-1 or 1), or of the whole conversation (run_id '', 1 to 5). No text of it is told to a model.
CREATE TABLE ratings (
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  run_id text NOT NULL DEFAULT '',
  score smallint NOT NULL,
  reason text,
  comment text,
  rated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, run_id)
);

-- The conversations of a signed-in visitor.
CREATE INDEX sessions_subject ON sessions (issuer, subject);

-- Down Migration
DROP INDEX sessions_subject;
DROP TABLE ratings;
