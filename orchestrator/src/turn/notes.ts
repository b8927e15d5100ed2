// Memory → notes: what of it goes along with a question, bounded. What was done is never left out, only said in fewer words.
import type { Notes } from '../model/port.ts';
import type { Change, SessionMemory } from '../session/memory.ts';
import { wordingOf } from './answer-cache.ts';
import { repeatedIn } from './repetition.ts';
import type { Exchange } from './transcript.ts';

const changesCharactersMax = 500;
const changeCharactersMax = 120;
const answerCharactersMax = 120;
const likesCharactersMax = 120;
const titleCharactersMax = 60;
const shownOrdersMax = 4;
const shownMax = 3;

export type Remembered = { memory: SessionMemory; changes: readonly Change[]; exchanges: readonly Exchange[] };

/** @returns undefined when there is nothing to tell */
export function notesFor(question: string, { memory, changes, exchanges }: Remembered): Notes | undefined {
  const { scratchpad, summary, preferences } = memory;
  const repeated = repeatedIn(question, scratchpad.asked);
  const notes: Notes = {
    ...(summary ? { summary } : {}),
    ...filled('changes', tellChanges(changes)),
    ...(scratchpad.subject ? { subject: scratchpad.subject } : {}),
    ...filled('orders', scratchpad.orders.slice(0, shownOrdersMax)),
    ...filled('currentOrders', scratchpad.orders.slice(0, Math.min(scratchpad.currentOrders, shownOrdersMax))),
    ...filled('tickets', scratchpad.tickets.slice(0, shownMax)),
    ...filled('products', scratchpad.products.slice(0, shownMax).map(titled)),
    ...filled(
      'articles',
      scratchpad.articles.slice(0, shownMax).map(({ title }) => titled(title)),
    ),
    ...(Object.keys(preferences).length > 0
      ? {
          preferences: Object.fromEntries(
            Object.entries(preferences).map(([name, { value }]) => [
              name,
              typeof value === 'string' ? value : clip(value.join(', '), likesCharactersMax),
            ]),
          ),
        }
      : {}),
    ...(repeated
      ? {
          repeated: {
            question: repeated.question,
            times: repeated.times,
            answer: answerTo(repeated.question, exchanges),
            passageIds: repeated.passageIds,
          },
        }
      : {}),
  };
  return Object.keys(notes).length > 0 ? notes : undefined;
}

/**
 * A line for each of the newest changes; older ones are gathered by tool and outcome, by their numbers where they have one. Each change is named
 * or counted.
 */
export function tellChanges(changes: readonly Change[]): string[] {
  for (let detailed = changes.length; detailed > 0; detailed -= 1) {
    const lines = [...gathered(changes.slice(0, changes.length - detailed)), ...changes.slice(changes.length - detailed).map(lineOf)];
    if (charactersIn(lines) <= changesCharactersMax) return lines;
  }
  const shorter = [Infinity, 20, 8].map((numbersMax) => gathered(changes, numbersMax));
  return shorter.find((lines) => charactersIn(lines) <= changesCharactersMax) ?? gathered(changes, 0);
}

function charactersIn(lines: readonly string[]): number {
  return lines.join('').length;
}

function lineOf({ summary, outcome, at }: Change): string {
  return `${clip(summary, changeCharactersMax)}: ${outcome}, ${at.slice(0, 10)}`;
}

function gathered(changes: readonly Change[], numbersMax = Infinity): string[] {
  const groups = Map.groupBy(changes, ({ tool, outcome }) => `${tool} ${outcome}`);
  return [...groups].map(([name, members]) => {
    const objects = members.flatMap(({ object }) => (object ? [object] : [])).slice(numbersMax === 0 ? members.length : -numbersMax);
    const unnamed = members.length - objects.length;
    return `${name}: ${[...objects, ...(unnamed > 0 ? [`${unnamed}×`] : [])].join(' ')}`;
  });
}

function answerTo(question: string, exchanges: readonly Exchange[]): string {
  const wording = wordingOf(question);
  const exchange = exchanges.findLast(({ user }) => wordingOf(user.slice(0, 200)) === wording);
  return clip(exchange?.assistant ?? '', answerCharactersMax);
}

function titled(title: string): string {
  return clip(title, titleCharactersMax);
}

/** At most `lengthMax` characters, with a mark where something is left out. */
export function clip(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, Math.max(0, lengthMax - 1))}…`;
}

function filled<K extends string>(name: K, list: string[]): Partial<Record<K, string[]>> {
  return list.length > 0 ? ({ [name]: list } as Record<K, string[]>) : {};
}
