-- Up Migration
-- The first answer to each write, by the caller's key; written in the transaction of its effect, deleted after 48 hours.
CREATE TABLE idempotency_keys (
  -- SHA-256 of issuer, subject and key.
  key_digest text PRIMARY KEY,
  tool text NOT NULL,
  args_digest text NOT NULL,
  status integer NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Orders that were cancelled through cancel_order, which may be reinstated for a while. One row an order: its last cancellation.
CREATE TABLE order_cancellations (
  order_id text PRIMARY KEY REFERENCES orders,
  reason text NOT NULL CHECK (reason IN ('no_longer_needed', 'ordered_by_mistake')),
  cancelled_at timestamptz NOT NULL,
  -- The order's payments before the refund, which a reinstatement brings back.
  payments_before jsonb NOT NULL,
  reinstated_at timestamptz
);

-- Tickets of the shop's own store. What a visitor wrote stands as he wrote it, for those who answer.
CREATE TABLE tickets (
  reference text PRIMARY KEY,
  -- customer:<id>, or the issuer and its subject.
  owner text NOT NULL,
  -- SHA-256 of issuer and session for tickets of guests, so that one who signs in keeps his.
  session_digest text,
  email text,
  category text NOT NULL,
  priority text NOT NULL,
  summary text NOT NULL,
  details text,
  status text NOT NULL CHECK (status IN ('open', 'waiting_for_customer', 'resolved', 'closed')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX tickets_owner ON tickets (owner);

-- What a customer or visitor told us about himself; each preference expires by itself. Owners as above.
CREATE TABLE preferences (
  owner text NOT NULL,
  name text NOT NULL,
  value jsonb NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (owner, name)
);
CREATE INDEX preferences_expiry ON preferences (expires_at);

-- Down Migration
DROP TABLE preferences, tickets, order_cancellations, idempotency_keys;
