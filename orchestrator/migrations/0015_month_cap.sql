-- Up Migration

-- The cap on the month's money that the day's last message met.
ALTER TABLE usage_days ADD COLUMN cap_month_micro_usd bigint;

-- Down Migration
ALTER TABLE usage_days DROP COLUMN cap_month_micro_usd;
