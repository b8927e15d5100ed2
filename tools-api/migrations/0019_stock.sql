-- Up Migration
-- How many of a variant there are, where the shop counts them; null where it doesn't. It is low from low_stock_amount on.
ALTER TABLE product_variants
  ADD COLUMN quantity integer CHECK (quantity >= 0),
  ADD COLUMN low_stock_amount integer CHECK (low_stock_amount >= 0),
  ADD COLUMN on_backorder boolean NOT NULL DEFAULT false;

-- Down Migration
ALTER TABLE product_variants DROP COLUMN quantity, DROP COLUMN low_stock_amount, DROP COLUMN on_backorder;
