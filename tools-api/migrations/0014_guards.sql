-- Up Migration
-- Each row of the record holds the SHA-256 of the row before it and of itself, so that a change behind the application's back shows.
-- audit_id is given out under the lock: its order is the chain's, and it has no gaps from here on.
ALTER TABLE audit ALTER COLUMN audit_id DROP IDENTITY, ADD COLUMN hash text;

-- What a row says, as JSON; src/audit/verify-audit.ts puts the same text together. Times are UTC with microseconds.
CREATE FUNCTION audit_hash(before text, entry audit) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(before || json_build_array(
    entry.audit_id, entry.request_id, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), entry.issuer, entry.subject_hash,
    entry.session_hash, entry.tool, entry.args_digest, entry.decision, entry.code, entry.latency_ms)::text, 'UTF8')), 'hex')
$$;

ALTER TABLE audit DISABLE TRIGGER audit_append_only;
DO $$
DECLARE
  entry audit;
  before text := '';
BEGIN
  FOR entry IN SELECT * FROM audit ORDER BY audit_id LOOP
    before := audit_hash(before, entry);
    UPDATE audit SET hash = before WHERE audit_id = entry.audit_id;
  END LOOP;
END $$;
ALTER TABLE audit ALTER COLUMN hash SET NOT NULL;

-- Writers come one after the other from here to the end of their transactions, so nothing may follow the record in one that takes another lock.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last audit;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('aiguy audit chain', 0));
  SELECT * INTO last FROM audit ORDER BY audit_id DESC LIMIT 1;
  NEW.audit_id := COALESCE(last.audit_id, 0) + 1;
  NEW.hash := audit_hash(COALESCE(last.hash, ''), NEW);
  RETURN NEW;
END $$;
CREATE TRIGGER audit_chained BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_chain();

-- Also where a session calls itself a replica.
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_append_only;
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_no_truncate;
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_chained;

-- Reads run as a role that can do nothing else (src/backends/read-only.ts). Roles belong to the server, so another installation may have made it.
-- Whoever may not create roles has reads in read-only transactions alone.
DO $$
BEGIN
  IF to_regrole('aiguy_tools_reader') IS NULL THEN
    CREATE ROLE aiguy_tools_reader NOLOGIN;
  END IF;
  EXECUTE format('GRANT aiguy_tools_reader TO %I', current_user);
  GRANT USAGE ON SCHEMA public TO aiguy_tools_reader;
  GRANT SELECT ON ALL TABLES IN SCHEMA public TO aiguy_tools_reader;
  REVOKE ALL ON audit, audit_key, idempotency_keys FROM aiguy_tools_reader;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO aiguy_tools_reader;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'the role aiguy_tools_reader could not be made: %', SQLERRM;
END $$;

-- Down Migration
DO $$
BEGIN
  IF to_regrole('aiguy_tools_reader') IS NOT NULL THEN
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM aiguy_tools_reader;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM aiguy_tools_reader;
    REVOKE ALL ON SCHEMA public FROM aiguy_tools_reader;
  END IF;
END $$;
DROP TRIGGER audit_chained ON audit;
DROP FUNCTION audit_chain, audit_hash(text, audit);
ALTER TABLE audit DROP COLUMN hash;
ALTER TABLE audit ALTER COLUMN audit_id ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('audit', 'audit_id'), (SELECT COALESCE(max(audit_id), 0) + 1 FROM audit), false);
