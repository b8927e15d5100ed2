// The content words of the help centre with their meaning, by the local model: words are looked up for each question, without asking a provider.
import type { Database } from '@aiguy/manifests/database';
import { toSql } from 'pgvector/pg';
import type { Embedder } from '../embedding/embedder.ts';
import { stemmerOf } from './languages.ts';

const wordsAtOnce = 200;
/** All of them are compared with each word of a question; those that the most passages hold go first. */
const wordsMax = 20_000;

/**
 * Learns the words that no earlier ingestion brought; called once after the documents of one. Searching works before, only less well.
 * Nothing is read when nothing has changed since the last time.
 */
export async function learnWords({ database, words }: { database: Database; words: Embedder }, signal: AbortSignal): Promise<void> {
  const corpus = await database.query<{ version: string; isLearnt: boolean }>(
    'SELECT version, version IS NOT DISTINCT FROM words_version AS "isLearnt" FROM corpus',
  );
  const { version, isLearnt = false } = corpus.rows[0] ?? {};
  if (isLearnt) return;
  let learnt = 0;
  const { rows: searches } = await database.query<{ name: string }>('SELECT DISTINCT text_search::text AS name FROM chunks');
  for (const { name } of searches) {
    const { rows } = await database.query<Word>(selectNewWords, [name, stemmerOf(name)]);
    for (let from = 0; from < rows.length; from += wordsAtOnce) {
      await learn({ database, words }, { name, rows: rows.slice(from, from + wordsAtOnce), signal });
      learnt += 1;
    }
  }
  // Each batch raised the version by one; what somebody else changed meanwhile makes the two differ, and is looked at the next time.
  await database.query('UPDATE corpus SET words_version = $1::bigint + $2', [version, learnt]);
}

type Word = { word: string; stem: string };

async function learn(
  { database, words }: { database: Database; words: Embedder },
  { name, rows, signal }: { name: string; rows: Word[]; signal: AbortSignal },
): Promise<void> {
  const vectors = await words.embed(
    rows.map(({ word }) => word),
    { purpose: 'passage', signal },
  );
  const learnt = rows.map((row, index) => ({ ...row, embedding: toSql(vectors[index] ?? []) }));
  await database.query(
    `WITH learnt AS (
       INSERT INTO words (text_search, word, stem, embedding) SELECT $1::regconfig, word, stem, embedding::vector
       FROM jsonb_to_recordset($2::jsonb) AS row(word text, stem text, embedding text) ON CONFLICT DO NOTHING)
     UPDATE corpus SET version = version + 1`,
    [name, JSON.stringify(learnt)],
  );
}

/** Of the stored search vectors only stems are left, so the words are read from the texts. */
const selectNewWords = `
  SELECT word, (ts_lexize($2::regdictionary, word))[1] AS stem
  FROM ts_stat(format('SELECT to_tsvector(''simple'', title || '' '' || heading || '' '' || body) FROM chunks WHERE text_search = %L::regconfig', $1::text))
  WHERE word ~ '^[[:alpha:]]{2,40}$' AND (ts_lexize($2::regdictionary, word))[1] IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM words WHERE words.text_search = $1::regconfig AND words.word = ts_stat.word)
  ORDER BY ndoc DESC, word LIMIT greatest(0, ${wordsMax} - (SELECT count(*) FROM words))`;
