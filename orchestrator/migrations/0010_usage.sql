-- Up Migration

-- What a site has used in a day (UTC), and what is set aside for model calls under way. Numbers alone: they outlive the conversations.
CREATE TABLE usage_days (
  issuer text NOT NULL,
  day date NOT NULL,
  messages integer NOT NULL DEFAULT 0,
  input_tokens bigint NOT NULL DEFAULT 0,
  cache_read_tokens bigint NOT NULL DEFAULT 0,
  cache_write_tokens bigint NOT NULL DEFAULT 0,
  output_tokens bigint NOT NULL DEFAULT 0,
  cost_micro_usd bigint NOT NULL DEFAULT 0,
  reserved_micro_usd bigint NOT NULL DEFAULT 0,
  -- The caps that the day's last message met.
  cap_messages integer,
  cap_micro_usd bigint,
  PRIMARY KEY (issuer, day)
);

-- Messages of one visitor, or of the guests of one network, in a day; kept until the next.
CREATE TABLE usage_visitors (
  issuer text NOT NULL,
  day date NOT NULL,
  -- Of the subject or of the network.
  digest text NOT NULL,
  messages integer NOT NULL,
  PRIMARY KEY (issuer, day, digest)
);
CREATE INDEX usage_visitors_day ON usage_visitors (day);

-- One model call: reserved before it, settled by what it used; released when whoever made it is gone.
CREATE TABLE usage_calls (
  id text PRIMARY KEY,
  issuer text NOT NULL,
  day date NOT NULL,
  session_id text NOT NULL,
  run_id text NOT NULL,
  -- Of the run's lease; NULL for work behind a turn.
  epoch integer,
  model text NOT NULL,
  status text NOT NULL DEFAULT 'reserved' CHECK (status IN ('reserved', 'settled', 'released')),
  reserved_micro_usd bigint NOT NULL,
  -- What its input costs as soon as it is sent, whatever comes of it.
  sent_micro_usd bigint NOT NULL,
  input_tokens integer NOT NULL DEFAULT 0,
  cache_read_tokens integer NOT NULL DEFAULT 0,
  cache_write_tokens integer NOT NULL DEFAULT 0,
  output_tokens integer NOT NULL DEFAULT 0,
  cost_micro_usd bigint NOT NULL DEFAULT 0,
  held_until timestamptz NOT NULL,
  called_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX usage_calls_held ON usage_calls (held_until) WHERE status = 'reserved';
CREATE INDEX usage_calls_run ON usage_calls (session_id, run_id);

-- A run in facts, from which every figure of a report is made. No words of anybody's; a message's row begins with its admission.
CREATE TABLE usage_runs (
  session_id text NOT NULL,
  run_id text NOT NULL,
  issuer text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  kind text NOT NULL DEFAULT 'message',
  -- The cap that it met.
  capped text,
  -- From here on NULL or default until the run has ended and its events were read.
  status text,
  first_text_ms integer,
  -- A passage was cited, or a tool did something.
  supported boolean NOT NULL DEFAULT false,
  escalated boolean NOT NULL DEFAULT false,
  -- The message said that it was helped, or that it was not.
  verdict text CHECK (verdict IN ('helped', 'not_helped')),
  -- The visitor came back on the same matter after this run.
  reopened boolean NOT NULL DEFAULT false,
  -- [{"name", "failed"}]
  tools json NOT NULL DEFAULT '[]',
  PRIMARY KEY (session_id, run_id)
);
CREATE INDEX usage_runs_site ON usage_runs (issuer, asked_at);

ALTER TABLE runs ADD COLUMN noted boolean NOT NULL DEFAULT false;
CREATE INDEX runs_unnoted ON runs (finished_at) WHERE NOT noted AND finished_at IS NOT NULL;

-- Down Migration
ALTER TABLE runs DROP COLUMN noted;
DROP TABLE usage_runs, usage_calls, usage_visitors, usage_days;
