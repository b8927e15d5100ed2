// Chooses the passages to hand out: the best ones, neighbours joined, no two that say the same, the best article's opening among them.
import type { Candidate } from './score.ts';
import type { Passage } from './search.ts';

/** Two passages that share this part of their words say the same. */
const sameFrom = 0.9;
/** One article that has the question's words all over would leave no room for the one that answers it. */
const ofArticleMax = 2;
/** In characters, of one passage by the tool's contract and of all together, so that a turn's token budget bears them (about 1,400 tokens). */
const textMax = { one: 4000, all: 6000 };

/** @param candidates the best first */
export function selectPassages(candidates: readonly Candidate[], limit: number): Passage[] {
  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    if (chosen.length === limit) break;
    const ofArticle = chosen.filter(({ documentId }) => documentId === candidate.documentId);
    if (ofArticle.length < ofArticleMax && !chosen.some((one) => isSame(one, candidate))) chosen.push(candidate);
  }
  return withinSize(joinNeighbours(withOpening(chosen, candidates))).map(toPassage);
}

/** The best one in any case. */
function withinSize(chosen: Candidate[]): Candidate[] {
  let length = 0;
  return chosen.filter(({ text }, rank) => {
    const fits = rank === 0 || length + text.length <= textMax.all;
    if (fits) length += text.length;
    return fits;
  });
}

/** An article's first sentences state its answer, often in other words than the question: they come along with its best passage. */
function withOpening(chosen: Candidate[], candidates: readonly Candidate[]): Candidate[] {
  const [first, ...others] = chosen;
  const opening = first && candidates.find(({ documentId, position }) => documentId === first.documentId && position === 0);
  if (!(first && opening) || chosen.includes(opening) || others.length === 0) return chosen;
  const spare = others.findLast(({ documentId }) => chosen.filter((one) => one.documentId === documentId).length > 1) ?? others.at(-1);
  return [first, opening, ...others.filter((one) => one !== spare)];
}

function isSame(a: Candidate, b: Candidate): boolean {
  const words = new Set(a.stems);
  const shared = b.stems.filter((stem) => words.has(stem)).length;
  return shared / (a.stems.length + b.stems.length - shared || 1) >= sameFrom;
}

/** Parts of one section that follow each other become one passage, under the name of the first and at the place of the better. */
function joinNeighbours(chosen: Candidate[]): Candidate[] {
  const joined: Candidate[] = [];
  for (const candidate of chosen) {
    const at = joined.findIndex((one) => areNeighbours(one, candidate));
    const neighbour = joined[at];
    const text =
      neighbour && joinTexts(neighbour.position < candidate.position ? [neighbour.text, candidate.text] : [candidate.text, neighbour.text]);
    if (!(neighbour && text !== undefined && text.length <= textMax.one)) joined.push(candidate);
    else
      joined[at] = { ...(neighbour.position < candidate.position ? neighbour : candidate), text, score: Math.max(neighbour.score, candidate.score) };
  }
  return joined;
}

function areNeighbours(a: Candidate, b: Candidate): boolean {
  return a.documentId === b.documentId && a.heading === b.heading && a.url === b.url && Math.abs(a.position - b.position) === 1;
}

/** The later one begins with the end of the earlier one. */
function joinTexts([first = '', second = '']: string[]): string {
  for (let length = Math.min(first.length, second.length); length > 0; length -= 1) {
    if (first.endsWith(second.slice(0, length))) return first + second.slice(length);
  }
  return `${first}\n${second}`;
}

function toPassage({ chunkId, documentId, title, heading, url, text, lastUpdated, score }: Candidate): Passage {
  return {
    id: chunkId,
    document_id: documentId,
    title,
    heading: heading.slice(0, 300),
    url,
    text: text.slice(0, textMax.one),
    last_updated: lastUpdated,
    score: Math.round(score * 1000) / 1000,
  };
}
