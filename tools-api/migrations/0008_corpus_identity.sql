-- Up Migration
-- Two databases that count to the same version hold different help centres; whoever keeps answers by version must tell them apart.
ALTER TABLE corpus ADD COLUMN identity text NOT NULL DEFAULT left(gen_random_uuid()::text, 8);

-- Down Migration
ALTER TABLE corpus DROP COLUMN identity;
