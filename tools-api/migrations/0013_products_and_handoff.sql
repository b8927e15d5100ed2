-- Up Migration
-- Prices of the catalogue have a currency, as those of orders have.
ALTER TABLE products ADD COLUMN currency text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$');

-- A conversation that is handed to a person is a ticket with a reason and a queue. Both are null for a ticket that was only opened.
ALTER TABLE tickets
  ADD COLUMN handoff_reason text CHECK (handoff_reason IN ('asked_for_human', 'missing_knowledge', 'policy', 'tool_failure', 'limit')),
  ADD COLUMN queue text,
  ADD CONSTRAINT tickets_handoff CHECK ((handoff_reason IS NULL) = (queue IS NULL));
CREATE INDEX tickets_queue ON tickets (queue, created_at) WHERE queue IS NOT NULL;

-- Down Migration
ALTER TABLE tickets DROP CONSTRAINT tickets_handoff, DROP COLUMN queue, DROP COLUMN handoff_reason;
ALTER TABLE products DROP COLUMN currency;
