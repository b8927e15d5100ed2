-- Up Migration
-- The demo shop. Lists that are read and shown as a whole (lines, shipments, payments, addresses) are jsonb; what is searched is a column.
CREATE TABLE customers (
  customer_id text PRIMARY KEY,
  wp_user_id bigint NOT NULL UNIQUE,
  first_name text NOT NULL,
  last_name text NOT NULL,
  email text NOT NULL,
  address jsonb NOT NULL,
  payment_methods jsonb NOT NULL
);

CREATE TABLE products (
  product_id text PRIMARY KEY,
  name text NOT NULL,
  category text NOT NULL,
  price_min numeric(12, 2) NOT NULL,
  price_max numeric(12, 2) NOT NULL
);

CREATE TABLE product_variants (
  sku text PRIMARY KEY,
  product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
  options jsonb NOT NULL,
  available boolean NOT NULL,
  price numeric(12, 2) NOT NULL
);
CREATE INDEX product_variants_product ON product_variants (product_id);

CREATE TABLE orders (
  order_id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES customers,
  status text NOT NULL CHECK (status IN ('pending', 'processed', 'delivered', 'cancelled')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  shipped_at timestamptz,
  delivered_at timestamptz,
  cancelled_at timestamptz,
  currency text NOT NULL,
  total numeric(12, 2) NOT NULL,
  shipping_address jsonb NOT NULL,
  items jsonb NOT NULL,
  fulfillments jsonb NOT NULL,
  payments jsonb NOT NULL
);
CREATE INDEX orders_customer ON orders (customer_id, created_at DESC);

CREATE TABLE invoices (
  invoice_id text PRIMARY KEY,
  order_id text NOT NULL REFERENCES orders,
  customer_id text NOT NULL REFERENCES customers,
  issued_at timestamptz NOT NULL,
  currency text NOT NULL,
  lines jsonb NOT NULL,
  subtotal numeric(12, 2) NOT NULL,
  tax numeric(12, 2) NOT NULL,
  total numeric(12, 2) NOT NULL,
  amount_paid numeric(12, 2) NOT NULL,
  amount_refunded numeric(12, 2) NOT NULL,
  status text NOT NULL,
  payment_method_id text NOT NULL
);
CREATE INDEX invoices_customer ON invoices (customer_id, issued_at DESC);
CREATE INDEX invoices_order ON invoices (order_id);

-- Down Migration
DROP TABLE invoices, orders, product_variants, products, customers;
