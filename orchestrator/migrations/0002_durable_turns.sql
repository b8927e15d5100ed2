-- Up Migration

ALTER TABLE runs
  DROP CONSTRAINT runs_status_check,
  ADD CONSTRAINT runs_status_check CHECK (status IN ('queued', 'running', 'success', 'interrupt', 'cancelled', 'error')),
  -- What the run has to do: {"kind": "message", "messageId", "text"} or {"kind": "resume", "interruptId"}.
  ADD COLUMN input json NOT NULL DEFAULT '{}',
  -- Who asks, as the verified assertion said it, and the assertion itself for the tools API; both only until the run has ended.
  ADD COLUMN visitor json,
  ADD COLUMN assertion text,
  -- Where the turn stands: everything that the next step needs. Events of the run after checkpoint_seq belong to a step that is not finished.
  ADD COLUMN checkpoint json,
  ADD COLUMN checkpoint_seq integer NOT NULL DEFAULT 0,
  -- Processes that took the run up since its last checkpoint, the first included.
  ADD COLUMN tries integer NOT NULL DEFAULT 1;
CREATE INDEX runs_queued ON runs (session_id, first_seq) WHERE status = 'queued';

-- What a visitor is asked before a turn goes on: a confirmation or a form. Bound to tool, arguments, subject and session; answered once.
CREATE TABLE interrupts (
  id text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  run_id text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  tool text NOT NULL,
  tool_call_id text NOT NULL,
  -- The run with the message from which the turn began.
  turn_id text NOT NULL,
  -- Canonical JSON: the stored arguments run, nothing that is written later.
  args json NOT NULL,
  args_digest text NOT NULL,
  -- The AG-UI interrupt as it was sent.
  card json NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'rejected', 'submitted', 'cancelled', 'expired')),
  -- What the visitor typed into the form; emptied as soon as the tool has it. Never in the log, the transcript or the model's request.
  form_values json,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  settled_at timestamptz,
  -- The run that goes on from the answer.
  continued_by text
);
CREATE INDEX interrupts_pending ON interrupts (expires_at) WHERE status = 'pending';
CREATE INDEX interrupts_session ON interrupts (session_id, created_at);

-- The effect ledger: a write's intent is committed before it is dispatched. The key goes to the tools API as Idempotency-Key.
CREATE TABLE effects (
  -- Digest of customer, turn, tool and arguments: the same change asked for twice in a turn is one effect.
  key text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  run_id text NOT NULL,
  interrupt_id text NOT NULL,
  tool text NOT NULL,
  summary text NOT NULL,
  args json NOT NULL,
  status text NOT NULL DEFAULT 'planned' CHECK (status IN ('planned', 'dispatched', 'settled', 'unknown')),
  attempts integer NOT NULL DEFAULT 0,
  -- Only while the state is unknown: what asking again needs.
  visitor json,
  assertion text,
  check_at timestamptz,
  outcome json,
  planned_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz
);
CREATE INDEX effects_unknown ON effects (check_at) WHERE status = 'unknown';
CREATE INDEX effects_session ON effects (session_id, planned_at);

-- Down Migration
DROP TABLE effects, interrupts;
DROP INDEX runs_queued;
DELETE FROM runs WHERE status IN ('queued', 'interrupt');
ALTER TABLE runs
  DROP COLUMN input, DROP COLUMN visitor, DROP COLUMN assertion, DROP COLUMN checkpoint, DROP COLUMN checkpoint_seq, DROP COLUMN tries,
  DROP CONSTRAINT runs_status_check,
  ADD CONSTRAINT runs_status_check CHECK (status IN ('running', 'success', 'cancelled', 'error'));
