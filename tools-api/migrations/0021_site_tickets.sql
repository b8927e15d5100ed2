-- Up Migration
-- Which site a ticket was left at, by whom, and about which order, for those of the site who answer it. A customer's ticket from before names no site,
-- because its owner is the shop's customer: it stays the visitor's and the desk's.
ALTER TABLE tickets ADD COLUMN issuer text, ADD COLUMN subject text, ADD COLUMN order_id text;
UPDATE tickets SET issuer = split_part(owner, ' ', 1), subject = split_part(owner, ' ', 2) WHERE owner LIKE '% %';
CREATE INDEX tickets_site ON tickets (issuer, created_at DESC, reference DESC);

-- Down Migration
ALTER TABLE tickets DROP COLUMN order_id, DROP COLUMN subject, DROP COLUMN issuer;
