// What a question asks for: its words spelled right, their stems, the words of the help centre that mean nearly the same, and its vector.
import type { Database } from '@aiguy/manifests/database';
import { toSql } from 'pgvector/pg';
import type { Embedder } from '../embedding/embedder.ts';
import type { Spelling } from './spelling.ts';
import { stemsOf, type Vocabulary, weightOf } from './vocabulary.ts';

/** A content word of the question. */
export type Term = {
  stem: string;
  /** How much it says. */
  weight: number;
  /** Stems of the help centre that stand for it, with the part of it that they cover: 1 = the word itself. */
  stands: ReadonlyMap<string, number>;
};

/** `vector` is undefined when the embedding model can't be asked: then words alone find passages. */
export type Question = { vector: number[] | undefined; terms: Term[] };

export type QuestionPorts = { database: Database; spelling: Spelling; words: Embedder; embedder: Embedder | undefined };
/** `context`: what was said before, the latest last; a short question such as «and for Canada?» means little without it. */
export type Asked = { text: string; context: readonly string[] };

/** Below this cosine two words are taken as unrelated; from full they count as the same. Set by looking at pairs such as package–parcel (0.65) and sell–buy (0.81). */
const near = { from: 0.55, zero: 0.5, full: 0.85 };
const relatedMax = 24;
/** What a word of the conversation before counts, against 1 for a word of the question itself. */
const contextWeight = 0.5;

type Word = { word: string; stem: string; weight: number };

export async function readQuestion(
  ports: QuestionPorts,
  vocabulary: Vocabulary,
  { asked, signal }: { asked: Asked; signal: AbortSignal },
): Promise<Question> {
  const own = await spellWords(ports, vocabulary, asked.text);
  const before = await spellWords(ports, vocabulary, asked.context.join(' '));
  const words = distinctWords([own, before]);
  const [vector, related] = [
    await embedQuestion(ports.embedder, { own: textOf(own), before: textOf(before), signal }),
    await findRelated(ports, { textSearch: vocabulary.textSearch, words, signal }),
  ];
  const terms = words.map(({ stem, weight }) => ({
    stem,
    stands: related.get(stem) ?? new Map([[stem, 1]]),
    weight: weight * weightOf(vocabulary, stem),
  }));
  return { vector, terms };
}

type Spelled = { word: string; stem: string | null };

/** Words that neither the help centre nor English knows are put right where a known one is near; a strange word stays, for it says that something is missing. */
async function spellWords({ database, spelling }: QuestionPorts, vocabulary: Vocabulary, text: string): Promise<Spelled[]> {
  const words = text.toLowerCase().replaceAll('’', "'").match(wordForm) ?? [];
  const { textSearch, counts } = vocabulary;
  const read = await stemsOf(database, textSearch, words);
  const isKnown = ({ word, stem }: Spelled): boolean => stem === null || counts.has(stem) || spelling.isEnglish(word);
  const corrected = read.map((one) =>
    isKnown(one) || textSearch !== 'english' ? one.word : (spelling.correct(one.word, vocabulary.words) ?? one.word),
  );
  return await stemsOf(database, textSearch, corrected);
}

const wordForm = /[\p{L}\p{N}]+(?:'[\p{L}]+)?/gu;

const textOf = (words: Spelled[]): string => words.map(({ word }) => word).join(' ');

/** Each stem once; one that stands in the question counts in full though it was said before. */
function distinctWords([own, before]: [Spelled[], Spelled[]]): Word[] {
  const words = new Map<string, Word>();
  const add = (spelled: Spelled[], weight: number): void => {
    for (const { word, stem } of spelled) {
      // «don't» and «didn't» say nothing that their stems would find.
      if (stem !== null && !word.includes("'") && !words.has(stem)) words.set(stem, { word, stem, weight });
    }
  };
  add(own, 1);
  add(before, contextWeight);
  return [...words.values()];
}

/** Of a question within a conversation, half is the question by itself and half the question in its context. */
async function embedQuestion(
  embedder: Embedder | undefined,
  { own, before, signal }: { own: string; before: string; signal: AbortSignal },
): Promise<number[] | undefined> {
  const [alone, within] = (await embedder?.embed(before ? [own, `${before} ${own}`] : [own], { purpose: 'query', signal })) ?? [];
  if (!(alone && within)) return alone;
  return unit(alone.map((value, index) => value + (within[index] ?? 0)));
}

export function unit(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Words of the help centre that mean nearly the same, from the ones it holds itself or, for a strange word, from the model. */
async function findRelated(
  { database, words: embedder }: QuestionPorts,
  { textSearch, words, signal }: { textSearch: string; words: Word[]; signal: AbortSignal },
): Promise<Map<string, Map<string, number>>> {
  const known = await database.query<{ word: string }>('SELECT word FROM words WHERE text_search = $1::regconfig AND word = ANY ($2)', [
    textSearch,
    words.map(({ word }) => word),
  ]);
  const own = new Set(known.rows.map(({ word }) => word));
  const strange = words.filter(({ word }) => !own.has(word)).map(({ word }) => word);
  const vectors = await embedder.embed(strange, { purpose: 'query', signal });
  const { rows } = await database.query<{ asked: string; stem: string; cosine: number }>(selectRelated, [
    textSearch,
    words.map(({ word }) => word),
    strange,
    vectors.map((vector) => toSql(vector)),
    near.from,
  ]);
  const related = new Map(words.map(({ stem }) => [stem, new Map([[stem, 1]])] as [string, Map<string, number>]));
  const stemOf = new Map(words.map(({ word, stem }) => [word, stem]));
  for (const { asked, stem, cosine } of rows) {
    const stands = related.get(stemOf.get(asked) ?? '');
    stands?.set(stem, Math.max(stands.get(stem) ?? 0, Math.min(1, (cosine - near.zero) / (near.full - near.zero))));
  }
  return related;
}

const selectRelated = `
  WITH asked AS MATERIALIZED (
    SELECT word, embedding FROM words WHERE text_search = $1::regconfig AND word = ANY ($2)
    UNION ALL SELECT word, embedding::vector(512) FROM unnest($3::text[], $4::text[]) AS strange (word, embedding))
  SELECT asked.word AS asked, found.stem, max(found.cosine) AS cosine
  FROM asked CROSS JOIN LATERAL (
    SELECT stem, 1 - (words.embedding <=> asked.embedding) AS cosine FROM words WHERE text_search = $1::regconfig
    ORDER BY words.embedding <=> asked.embedding LIMIT ${relatedMax}
  ) AS found
  WHERE found.cosine > $5::float8 GROUP BY 1, 2`;
