-- Up Migration
-- Documents by source, for readers of an audience; passages in the language they are written in; vectors apart from them, by the model that made
-- them, so that another model's can be built beside the ones in use. What was ingested before is ingested again.
DROP TABLE words, sentences, chunks, documents;

CREATE TABLE documents (
  document_id text PRIMARY KEY,
  source text NOT NULL,
  source_key text NOT NULL,
  -- The source's own sign of a change, such as an ETag; an equal one is not even read.
  fingerprint text,
  title text NOT NULL,
  url text NOT NULL,
  language text NOT NULL,
  audience text NOT NULL CHECK (audience IN ('public', 'customers')),
  product_tags text[] NOT NULL,
  last_updated date NOT NULL,
  -- SHA-256 of everything the passages are made from; an equal one is not ingested again.
  content_hash text NOT NULL,
  ingested_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX documents_source ON documents (source);

CREATE TABLE chunks (
  chunk_id text PRIMARY KEY,
  document_id text NOT NULL REFERENCES documents ON DELETE CASCADE,
  position integer NOT NULL,
  title text NOT NULL,
  heading text NOT NULL,
  url text NOT NULL,
  body text NOT NULL,
  -- Statements of the passage; the opening passage's first one is the title.
  statements text[] NOT NULL,
  text_search regconfig NOT NULL,
  search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector(text_search, title || ' ' || heading), 'A') || setweight(to_tsvector(text_search, body), 'B')
  ) STORED,
  UNIQUE (document_id, position)
);
CREATE INDEX chunks_search ON chunks USING gin (search);

-- One row a set of vectors that can be compared with each other. Its HNSW index is made with it, by name embeddings_hnsw_<index_id>.
CREATE TABLE indexes (
  index_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  model text NOT NULL,
  dimensions integer NOT NULL,
  state text NOT NULL CHECK (state IN ('building', 'active')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX indexes_one_of_a_state ON indexes (state);

CREATE TABLE embeddings (
  index_id integer NOT NULL REFERENCES indexes ON DELETE CASCADE,
  chunk_id text NOT NULL REFERENCES chunks ON DELETE CASCADE,
  -- 0 = the passage as a whole, n = its statement n.
  position integer NOT NULL,
  embedding vector NOT NULL,
  PRIMARY KEY (index_id, chunk_id, position)
);
CREATE INDEX embeddings_chunk ON embeddings (chunk_id);

-- The content words of the help centre with their meaning, so that «package» in a question finds «parcel» in an article.
CREATE TABLE words (
  text_search regconfig NOT NULL,
  word text NOT NULL,
  stem text NOT NULL,
  embedding vector(512) NOT NULL,
  PRIMARY KEY (text_search, word)
);

-- Counts the changes that a reader can notice.
CREATE TABLE corpus (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL);
INSERT INTO corpus (version) VALUES (1);

-- Down Migration
DROP TABLE corpus, words, embeddings, indexes, chunks, documents;
