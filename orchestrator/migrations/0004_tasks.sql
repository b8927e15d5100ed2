-- Up Migration

-- Long tasks that calls of the session's tools have left behind at the tools API, and when to ask there what became of them.
CREATE TABLE tasks (
  -- As the tools API named it.
  id text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  -- The run whose call began it.
  run_id text NOT NULL,
  tool text NOT NULL,
  title text NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
  progress real,
  message text,
  -- The tools API's own time of this state, so that an answer that was late changes nothing.
  as_of timestamptz,
  -- What is still to be said in the conversation, as soon as nothing is running in it.
  unsaid text,
  -- What asking needs; until there is nothing more to ask.
  visitor json,
  assertion text,
  asked integer NOT NULL DEFAULT 0,
  -- NULL: there is nothing more to ask or to say.
  look_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tasks_due ON tasks (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX tasks_session ON tasks (session_id);

-- Down Migration
DROP TABLE tasks;
