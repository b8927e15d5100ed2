-- Up Migration
-- One row for each attempt to call a tool. It names nobody: subjects and sessions are keyed hashes, arguments a digest.
CREATE TABLE audit (
  audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_id text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  issuer text NOT NULL,
  subject_hash text NOT NULL,
  session_hash text,
  tool text NOT NULL,
  args_digest text NOT NULL,
  decision text NOT NULL CHECK (decision IN ('allowed', 'denied', 'failed')),
  code text NOT NULL,
  latency_ms integer NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_subject ON audit (subject_hash, at);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- The key of the hashes, made at first boot; without it the hashes can't be told apart from noise.
CREATE TABLE audit_key (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  key text NOT NULL
);

-- Down Migration
DROP TABLE audit, audit_key;
DROP FUNCTION audit_is_append_only;
