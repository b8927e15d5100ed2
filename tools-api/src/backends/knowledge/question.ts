// What a question asks for: its words spelled right, their stems, the words of the help centre that mean nearly the same, and its vector.
import type { Database } from '@aiguy/manifests/database';
import { type Embedder, EmbeddingError } from '../embedding/embedder.ts';
import type { Related, RelatedWords } from './related-words.ts';
import type { Spelling } from './spelling.ts';
import { stemsOf, type Vocabulary, weightOf } from './vocabulary.ts';

/** A content word of the question. */
export type Term = {
  /** As it was asked, spelled right. */
  word: string;
  stem: string;
  /** How much it says. */
  weight: number;
  /** Stems of the help centre that stand for it, with the part of it that they cover: 1 = the word itself. */
  stands: ReadonlyMap<string, number>;
};

/** `vector` is undefined when the embedding model can't be asked: then words alone find passages. */
export type Question = { vector: number[] | undefined; terms: Term[] };

export type QuestionPorts = { database: Database; spelling: Spelling; relatedWords: RelatedWords; embedder: Embedder | undefined };
/** `context`: what was said before, the latest last; a short question such as «and for Canada?» means little without it. */
export type Asked = { text: string; context: readonly string[] };

/** What a word of the conversation before counts, against 1 for a word of the question itself. */
const contextWeight = 0.5;
const embeddingTimeoutMs = 1500;

type Word = { word: string; stem: string; weight: number };

export async function readQuestion(
  ports: QuestionPorts,
  vocabulary: Vocabulary,
  { asked, corpusVersion, signal }: { asked: Asked; corpusVersion: string; signal: AbortSignal },
): Promise<Question> {
  const own = await spellWords(ports, vocabulary, asked.text);
  const before = await spellWords(ports, vocabulary, asked.context.join(' '));
  const words = distinctWords([own, before]);
  const [vector, related] = [
    await embedQuestion(ports.embedder, { own: textOf(own), before: textOf(before), signal }),
    await ports.relatedWords({ corpusVersion, textSearch: vocabulary.textSearch, words, signal }),
  ];
  const terms = words.map(({ word, stem, weight }) => ({
    word,
    stem,
    stands: standsFor(stem, related.get(word) ?? []),
    weight: weight * weightOf(vocabulary, stem),
  }));
  return { vector, terms };
}

/** A word stands for itself in full. */
function standsFor(stem: string, related: readonly Related[]): Map<string, number> {
  const stands = new Map([[stem, 1]]);
  for (const other of related) stands.set(other.stem, Math.max(stands.get(other.stem) ?? 0, other.part));
  return stands;
}

type Spelled = { word: string; stem: string | null };

/** Words that neither the help centre nor English knows are put right where a known one is near; a strange word stays, for it says that something is missing. */
async function spellWords({ database, spelling }: QuestionPorts, vocabulary: Vocabulary, text: string): Promise<Spelled[]> {
  const words = text.toLowerCase().replaceAll('’', "'").match(wordForm) ?? [];
  if (words.length === 0) return [];
  const { textSearch, counts } = vocabulary;
  const read = await stemsOf(database, textSearch, words);
  const isKnown = ({ word, stem }: Spelled): boolean => stem === null || counts.has(stem) || spelling.isEnglish(word);
  const corrected = read.map((one) =>
    isKnown(one) || textSearch !== 'english' ? one.word : (spelling.correct(one.word, vocabulary.words) ?? one.word),
  );
  return corrected.every((word, at) => word === read[at]?.word) ? read : await stemsOf(database, textSearch, corrected);
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
  const texts = before ? [own, `${before} ${own}`] : [own];
  const [alone, within] =
    (embedder && (await ifInTime(signal, async (inTime) => await embedder.embed(texts, { purpose: 'query', signal: inTime })))) ?? [];
  if (!(alone && within)) return alone;
  return unit(alone.map((value, index) => value + (within[index] ?? 0)));
}

/** A provider that fails, or takes too long for a tool, must not cost the answer: @returns undefined then, and words alone find passages */
export async function ifInTime<T>(signal: AbortSignal, embed: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const limit = AbortSignal.timeout(embeddingTimeoutMs);
  try {
    return await embed(AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EmbeddingError || limit.aborted) return undefined;
    throw error;
  }
}

export function unit(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
