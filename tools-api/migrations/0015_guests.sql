-- Up Migration
-- What guests have shown of orders. Sessions are SHA-256 of issuer and session; what could name somebody is a keyed hash. Times are the process'.
CREATE TABLE guest_key (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  key text NOT NULL
);

-- Good for one order in one session: status until one time, everything until another.
CREATE TABLE order_proofs (
  session_digest text NOT NULL,
  order_id text NOT NULL,
  customer_id text NOT NULL,
  status_until timestamptz NOT NULL,
  owner_until timestamptz,
  PRIMARY KEY (session_digest, order_id)
);

-- The last code that a session has asked for, by order; one that nobody was sent looks the same.
CREATE TABLE order_codes (
  session_digest text NOT NULL,
  order_id text NOT NULL,
  code_hash text NOT NULL,
  -- The address it was asked for with, as guest_attempts counts it.
  address_hash text NOT NULL,
  -- Whose order it is; nobody's for a code that nobody was sent.
  customer_id text,
  tries_left integer NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (session_digest, order_id)
);

-- Guesses that failed, and mails that were sent, each by what it is counted for.
CREATE TABLE guest_attempts (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  counted_for text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX guest_attempts_counted ON guest_attempts (counted_for, at);

-- Down Migration
DROP TABLE guest_attempts, order_codes, order_proofs, guest_key;
