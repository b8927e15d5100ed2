-- Up Migration

-- What visitors thought: of a whole conversation (run_id '', 1 to 5), or of one answer (-1 or 1).
CREATE TABLE ratings (
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  run_id text NOT NULL DEFAULT '',
  score integer NOT NULL,
  reason text,
  comment text,
  rated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, run_id)
);

-- Down Migration
DROP TABLE ratings;
