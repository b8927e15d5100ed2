-- Up Migration

-- One-use tickets that open a WebSocket. Neither the ticket nor the assertion behind it can be read from here: the ticket is the key.
CREATE TABLE socket_tickets (
  digest bytea PRIMARY KEY,
  sealed_assertion bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX socket_tickets_expiry ON socket_tickets (expires_at);
