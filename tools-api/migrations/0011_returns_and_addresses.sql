-- Up Migration
-- Returns that customers asked for, of whichever shop; an order has at most one that was not called off.
CREATE TABLE order_returns (
  return_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id text NOT NULL,
  customer_id text NOT NULL,
  -- One entry a piece: a sku that stands twice goes back twice.
  skus jsonb NOT NULL,
  refund_amount numeric(12, 2) NOT NULL,
  currency text NOT NULL,
  -- Ways of paying that get the refund once the items were checked, by their ids.
  refund_methods jsonb NOT NULL,
  requested_at timestamptz NOT NULL,
  cancelled_at timestamptz
);
CREATE UNIQUE INDEX order_returns_open ON order_returns (order_id) WHERE cancelled_at IS NULL;

-- Where an order of the demo shop went before its address was changed through change_address. One row an order: its last change.
CREATE TABLE order_address_changes (
  order_id text PRIMARY KEY REFERENCES orders,
  changed_at timestamptz NOT NULL,
  address_before jsonb NOT NULL,
  address_after jsonb NOT NULL,
  restored_at timestamptz
);

-- Down Migration
DROP TABLE order_address_changes, order_returns;
