-- Up Migration
-- Work that goes on after a call was answered, and what became of it. pg-boss (schema task_jobs) says when it is tried again; this is what others may know.
CREATE TABLE tasks (
  id uuid PRIMARY KEY,
  -- The tool that began it; who may call it for himself may ask about his task.
  tool text NOT NULL,
  -- Who began it: SHA-256 of issuer and subject.
  subject_digest text NOT NULL,
  -- Tasks of one key are done one after the other, in their order: SHA-256 of whom they are for.
  order_key text NOT NULL,
  input jsonb NOT NULL,
  title text NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
  progress real CHECK (progress BETWEEN 0 AND 1),
  -- For the visitor.
  message text,
  -- For the operator: why the last attempt failed, without what the task is about.
  reason text,
  attempts integer NOT NULL DEFAULT 0,
  -- Attempts that the other side refused; a few are enough.
  refusals integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tasks_open ON tasks (state) WHERE state <> 'done';
CREATE INDEX tasks_done ON tasks (updated_at) WHERE state = 'done';

-- Down Migration
DROP TABLE tasks;
