-- Up Migration

CREATE TABLE sessions (
  id text PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Number of the newest event; the row's lock orders all appends of the session.
  last_seq integer NOT NULL DEFAULT 0
);

-- A run is one turn: a visitor's message and everything that followed from it.
CREATE TABLE runs (
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  id text NOT NULL,
  -- Made by the client; sending it again continues this run. The digest tells a repetition from another message.
  message_id text NOT NULL,
  message_digest text NOT NULL,
  status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'success', 'cancelled', 'error')),
  cancel_requested boolean NOT NULL DEFAULT false,
  -- The lease: which process works on the run and until when. Every append names the epoch, so that a process that lost the lease writes nothing.
  owner text NOT NULL,
  epoch integer NOT NULL DEFAULT 1,
  lease_until timestamptz NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  first_seq integer NOT NULL,
  PRIMARY KEY (session_id, id),
  UNIQUE (session_id, message_id)
);
CREATE UNIQUE INDEX runs_one_running ON runs (session_id) WHERE status = 'running';
CREATE INDEX runs_lease ON runs (lease_until) WHERE status = 'running';

-- The log: appended before it is sent, contiguous per session, never changed.
CREATE TABLE events (
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  seq integer NOT NULL,
  run_id text NOT NULL,
  type text NOT NULL,
  event json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, seq)
);
CREATE INDEX events_by_run ON events (session_id, run_id, seq);
