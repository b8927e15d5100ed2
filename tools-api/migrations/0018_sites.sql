-- Up Migration

-- Sites that were paired by a code instead of being configured; trusted like those of TRUSTED_ISSUERS.
CREATE TABLE paired_sites (
  issuer text PRIMARY KEY,
  -- Where its keys are published, when they could be fetched from there at pairing; otherwise the keys themselves. Exactly one of both.
  jwks_uri text,
  jwks json,
  paired_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((jwks_uri IS NULL) <> (jwks IS NULL))
);

-- Codes that were printed and not used yet. The code itself is nowhere: id and proof_key are derived from it.
CREATE TABLE pairing_codes (
  id text PRIMARY KEY,
  proof_key text NOT NULL,
  expires_at timestamptz NOT NULL
);
DO $$ BEGIN
  IF to_regrole('aiguy_tools_reader') IS NOT NULL THEN
    REVOKE ALL ON paired_sites, pairing_codes FROM aiguy_tools_reader;
  END IF;
END $$;

-- Down Migration
DROP TABLE pairing_codes;
DROP TABLE paired_sites;
