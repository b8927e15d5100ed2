// Which state the help centre is in, and what it looks like as a whole; read again when it has changed, without making questions wait for long.
import type { Database } from '@aiguy/manifests/database';
import type { Index } from './indexes.ts';
import { readVocabulary, type Vocabulary } from './vocabulary.ts';

export type CorpusState = { version: string; index: Index | undefined };
export type Corpus = CorpusState & {
  vocabulary: Vocabulary;
  /** Whether the vocabulary is that of this version, and not yet of an earlier one. */
  isCurrent: boolean;
};

/** Reading the vocabulary again may take a twentieth of the time; until then the former one serves. */
const refreshShare = 20;
/** One that took longer, as a large help centre's does, is read while the former one serves. */
const waitedForMs = 200;

type Kept = CorpusState & { vocabulary: Vocabulary; readAtMs: number; readMs: number };

export function createCorpusReader(database: Database): () => Promise<Corpus> {
  let kept: Kept | undefined;
  let reading: Promise<Kept> | undefined;
  const read = async (state: CorpusState): Promise<Kept> => {
    const startedMs = performance.now();
    const vocabulary = await readVocabulary(database, state.index);
    const readAtMs = performance.now();
    kept = { ...state, vocabulary, readAtMs, readMs: readAtMs - startedMs };
    return kept;
  };
  const readOnce = (state: CorpusState): Promise<Kept> => {
    reading ??= read(state).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return async () => {
    const state = await readCorpusState(database);
    if (kept?.version === state.version) return { ...kept, isCurrent: true };
    // Vectors of another set lie about another middle.
    if (!kept || kept.index?.indexId !== state.index?.indexId) return currentOr(await readOnce(state), state);
    if (performance.now() - kept.readAtMs < kept.readMs * refreshShare) return { ...kept, ...state, isCurrent: false };
    const next = readOnce(state);
    if (kept.readMs < waitedForMs) return currentOr(await next, state);
    // Nobody awaits it; when it fails, the next search tries again.
    next.catch(() => undefined);
    return { ...kept, ...state, isCurrent: false };
  };
}

/** One that was being read already may be of the version before. */
function currentOr({ vocabulary, version }: Kept, state: CorpusState): Corpus {
  return { ...state, vocabulary, isCurrent: version === state.version };
}

/** Its version changes with everything that a reader can notice, and differs between databases. */
export async function readCorpusState(database: Database): Promise<CorpusState> {
  const { rows } = await database.query<{ version: string; identity: string } & Partial<Index>>(selectState);
  const { version = '0', identity = '', indexId, model, dimensions } = rows[0] ?? {};
  const index = indexId && model && dimensions ? { indexId, model, dimensions } : undefined;
  return { version: `${version}-${index?.indexId ?? 0}-${identity}`, index };
}

const selectState = `
  SELECT version, identity, index_id AS "indexId", model, dimensions FROM corpus LEFT JOIN indexes ON state = 'active'`;
