// Step-by-step guides: the lists of an article as one way through it, and those of its sections that are for another case as ways beside it.
import type { Database } from '@aiguy/manifests/database';
import { type Reader, readerSql, readerValues } from './knowledge/candidates.ts';
import type { Passage } from './knowledge/search.ts';

/** A step with the passage it stands in, which holds it word for word. */
export type GuideStep = { heading: string; text: string; passage: Passage };
/** Steps from first to last, counted from 1 over the whole guide; the first way is the main one. */
export type Way = { title: string; first: number; last: number; passageIds: string[] };
export type Guide = {
  id: string;
  title: string;
  url: string;
  caution: { text: string; passage: Passage } | undefined;
  steps: GuideStep[];
  ways: Way[];
};

export type Guides = {
  /** Contract: an article that the reader may not see, one without steps and none are all undefined. */
  find: (documentId: string, reader: Reader) => Promise<Guide | undefined>;
};

const stepsMax = 60;
/** Sections that are for a case of their own: «Headphones pair, but the sound breaks up». */
const ofACase = /\b(?:but|if|when|only|instead)\b/i;
/** Sections whose points are things to do or to look at, not facts. */
const toDo = /\b(?:checks?|try|first|before|but|if|not|no|when|fix(?:es)?|steps?)\b/i;
const cautionLine = /(?:^|\n)((?:Warning|Caution|Danger):? [^\n]{1,600})/;

type Row = { id: string; title: string; heading: string; url: string; body: string; lastUpdated: string };
type Section = { heading: string; steps: GuideStep[]; passageIds: string[]; isNumbered: boolean };

export function createGuides(database: Database): Guides {
  return {
    find: async (documentId, reader) => {
      const { rows } = await database.query<Row>(
        `SELECT chunk_id AS id, chunks.title, heading, chunks.url, body, last_updated::text AS "lastUpdated"
         FROM chunks JOIN documents USING (document_id) WHERE document_id = $1 AND ${readerSql(2)} ORDER BY position`,
        [documentId, ...readerValues(reader)],
      );
      return guideOf(documentId, rows);
    },
  };
}

function guideOf(id: string, rows: readonly Row[]): Guide | undefined {
  const [first] = rows;
  const sections = sectionsOf(id, rows);
  if (!first || !sections.some(({ isNumbered }) => isNumbered)) return undefined;
  const main = sections.filter(({ heading }) => !ofACase.test(heading));
  const beside = sections.filter(({ heading }) => ofACase.test(heading));
  const groups = [...(main.length > 0 ? [main] : []), ...beside.map((section) => [section])];
  const steps: GuideStep[] = [];
  const ways: Way[] = [];
  for (const group of groups) {
    const from = steps.length + 1;
    steps.push(...group.flatMap((section) => section.steps));
    if (steps.length > stepsMax) break;
    ways.push({
      title: group === main ? first.title : (group[0]?.heading ?? ''),
      first: from,
      last: steps.length,
      passageIds: group.flatMap(({ passageIds }) => passageIds),
    });
  }
  const last = ways.at(-1)?.last ?? 0;
  return { id, title: first.title, url: first.url.replace(/#.*$/, ''), caution: cautionOf(id, rows), steps: steps.slice(0, last), ways };
}

function cautionOf(documentId: string, rows: readonly Row[]): Guide['caution'] {
  for (const row of rows) {
    const text = cautionLine.exec(row.body)?.[1];
    if (text !== undefined) return { text, passage: passageOf(documentId, row) };
  }
  return undefined;
}

/** Passages of one section follow each other, and the later one begins with the end of the one before. */
function sectionsOf(documentId: string, rows: readonly Row[]): Section[] {
  const sections: Section[] = [];
  for (const row of rows) {
    const heading = row.heading.split(' › ').at(-1) ?? '';
    const before = sections.at(-1);
    const section = before?.heading === heading ? before : { heading, steps: [], passageIds: [], isNumbered: false };
    if (section !== before) sections.push(section);
    section.passageIds.push(row.id);
    addSteps(section, { documentId, row });
  }
  return sections.filter(({ steps }) => steps.length > 0);
}

function addSteps(section: Section, { documentId, row }: { documentId: string; row: Row }): void {
  const numbered = /^\d+\. /m.test(row.body);
  if (!numbered && !toDo.test(section.heading)) return;
  section.isNumbered ||= numbered;
  for (const line of row.body.split('\n')) {
    const text = (numbered ? /^\d+\. (.+)$/ : /^- (.+)$/).exec(line)?.[1];
    if (text !== undefined && !section.steps.some((step) => step.text === text))
      section.steps.push({ heading: section.heading, text, passage: passageOf(documentId, row) });
  }
}

function passageOf(documentId: string, { id, title, heading, url, body, lastUpdated }: Row): Passage {
  return { id, document_id: documentId, title, heading: heading.slice(0, 300), url, text: body.slice(0, 4000), last_updated: lastUpdated, score: 1 };
}
