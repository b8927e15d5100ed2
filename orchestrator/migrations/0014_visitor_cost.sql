-- Up Migration

-- What the settled model calls of one visitor, or of the guests of one network, have cost in a day.
ALTER TABLE usage_visitors ADD COLUMN cost_micro_usd bigint NOT NULL DEFAULT 0;

-- Down Migration
ALTER TABLE usage_visitors DROP COLUMN cost_micro_usd;
