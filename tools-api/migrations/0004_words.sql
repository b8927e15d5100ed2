-- Up Migration
-- The content words of the help centre with their meaning, so that «package» in a question finds «parcel» in an article.
CREATE TABLE words (
  word text PRIMARY KEY,
  stem text NOT NULL,
  embedding vector(512) NOT NULL
);

-- Down Migration
DROP TABLE words;
