-- Up Migration
-- The help centre: documents, their passages (chunks), the statements of each passage, and the words of the whole.
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE documents (
  document_id text PRIMARY KEY,
  title text NOT NULL,
  url text NOT NULL,
  language text NOT NULL,
  last_updated date NOT NULL,
  -- SHA-256 of everything the passages are made from; an equal one is not ingested again.
  content_hash text NOT NULL,
  ingested_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE chunks (
  chunk_id text PRIMARY KEY,
  document_id text NOT NULL REFERENCES documents ON DELETE CASCADE,
  position integer NOT NULL,
  title text NOT NULL,
  heading text NOT NULL,
  url text NOT NULL,
  body text NOT NULL,
  search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title || ' ' || heading), 'A') || setweight(to_tsvector('english', body), 'B')
  ) STORED,
  embedding vector(512) NOT NULL,
  UNIQUE (document_id, position)
);
CREATE INDEX chunks_search ON chunks USING gin (search);
CREATE INDEX chunks_embedding ON chunks USING hnsw (embedding vector_cosine_ops);

CREATE TABLE sentences (
  chunk_id text NOT NULL REFERENCES chunks ON DELETE CASCADE,
  position integer NOT NULL,
  body text NOT NULL,
  embedding vector(512) NOT NULL,
  PRIMARY KEY (chunk_id, position)
);
CREATE INDEX sentences_embedding ON sentences USING hnsw (embedding vector_cosine_ops);

-- Down Migration
DROP TABLE sentences, chunks, documents;
