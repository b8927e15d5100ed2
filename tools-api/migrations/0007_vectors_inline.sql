-- Up Migration
-- A vector of 512 dimensions is a little too long to stand in its row by default; each comparison would fetch it from another table.
ALTER TABLE words ALTER COLUMN embedding SET STORAGE MAIN;
UPDATE words SET embedding = (embedding::real[])::vector(512);
-- Rows that are already there stay where they are; they are as right as before, only slower.
ALTER TABLE embeddings ALTER COLUMN embedding SET STORAGE MAIN;

-- Down Migration
ALTER TABLE embeddings ALTER COLUMN embedding SET STORAGE EXTERNAL;
ALTER TABLE words ALTER COLUMN embedding SET STORAGE EXTERNAL;
