// run_troubleshooting: an article's steps one at a time, each with «did that help?», to the last one and then to a person. Nothing is kept between calls.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Guide, Way } from '../../backends/guides.ts';
import type { Reader } from '../../backends/knowledge/candidates.ts';
import type { SearchResult } from '../../backends/knowledge/search.ts';
import type { Backends, Handler } from '../handler.ts';
import { passagesDefault, readerOf } from '../retrieve_docs/handler.ts';

type Args = { problem: string; guide?: string; step?: number; helped?: boolean };
type Found = { guide: Guide; search?: SearchResult };

export function createRunTroubleshooting({ knowledge, guides }: Pick<Backends, 'knowledge' | 'guides'>): Handler {
  const search = async (problem: string, reader: Reader, signal: AbortSignal): Promise<SearchResult> =>
    await knowledge.search({ text: problem, context: [], language: undefined, productTags: undefined, limit: passagesDefault, ...reader, signal });

  return async ({ problem, guide: id, step, helped }: Args, { subject, signal }) => {
    const reader = readerOf(subject);
    if (id !== undefined) {
      const guide = await guides.find(id, reader);
      if (!guide) throw new AiguyError('not_found');
      return answer({ guide }, { step: step ?? 1, helped }, await knowledge.version());
    }
    const found = await search(problem, reader, signal);
    const guide = found.answerable ? await firstGuide(guides, found, reader) : undefined;
    if (!guide) return { outcome: 'none', ...found };
    return answer({ guide, search: found }, { step: step ?? firstStep(guide, found), helped }, found.corpus_version);
  };
}

/** Of the article that fits best, if it has steps; the next one may be about something else. */
async function firstGuide(guides: Backends['guides'], { passages }: SearchResult, reader: Reader): Promise<Guide | undefined> {
  const [best] = passages;
  return best && (await guides.find(best.document_id, reader));
}

/** Where the best passage is about a case of its own, that case's steps are begun with. */
function firstStep({ id, ways }: Guide, { passages }: SearchResult): number {
  const best = passages.find((passage) => passage.document_id === id)?.id ?? '';
  return ways.slice(1).find(({ passageIds }) => passageIds.includes(best))?.first ?? 1;
}

type Progress = { step: number; helped: boolean | undefined };

function answer({ guide, search }: Found, { step, helped }: Progress, version: string): Record<string, unknown> {
  const way = wayOf(guide, step);
  if (!way) throw new AiguyError('invalid_input', { details: [{ pointer: '/step', rule: `must be at most ${guide.steps.length}` }] });
  if (helped === true) return { outcome: 'solved', guide: nameOf(guide), text: `Good: «${guide.title}» has solved it. Is there anything else?` };
  const next = helped === false ? step + 1 : step;
  if (next > way.last) return exhausted(guide, way);
  return { outcome: 'step', answerable: true, confidence: search?.confidence ?? 1, corpus_version: version, ...stepOf(guide, way, next) };
}

function wayOf({ ways }: Guide, step: number): Way | undefined {
  return ways.find(({ first, last }) => step >= first && step <= last);
}

function stepOf(guide: Guide, way: Way, number: number): Record<string, unknown> {
  const step = guide.steps[number - 1];
  if (!step) throw new AiguyError('not_found');
  const isFirst = number === way.first;
  const choices = isFirst ? choicesOf(guide, way) : [];
  const caution = isFirst ? guide.caution : undefined;
  const sources = caution && caution.passage.id !== step.passage.id ? [caution.passage, step.passage] : [step.passage];
  return {
    passages: sources,
    guide: { ...nameOf(guide), passage_id: step.passage.id },
    step: { number, of: way.last, heading: step.heading.slice(0, 300), text: step.text.slice(0, 4000) },
    ...(caution ? { caution: { text: caution.text, passage_id: caution.passage.id } } : {}),
    ...(choices.length > 0 ? { choices } : {}),
  };
}

function exhausted(guide: Guide, way: Way): Record<string, unknown> {
  const choices = choicesOf(guide, way);
  const others = choices.length > 0 ? ` It has steps for other cases too: ${choices.map(({ title }) => title).join('; ')}.` : '';
  return {
    outcome: 'exhausted',
    guide: nameOf(guide),
    ...(choices.length > 0 ? { choices } : {}),
    text: `That was the last step of «${guide.title}».${others} A person from our team can take it up from here: write «talk to a person» or «open a ticket».`,
  };
}

/** The ways beside the one that is walked. */
function choicesOf({ ways }: Guide, walked: Way): { title: string; step: number }[] {
  return ways.filter((way) => way !== walked).map(({ title, first }) => ({ title: title.slice(0, 300), step: first }));
}

const nameOf = ({ id, title, url }: Guide): { id: string; title: string; url: string } => ({ id, title, url });
