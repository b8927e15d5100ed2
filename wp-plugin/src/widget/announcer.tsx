// Reads answers out while they are written, sentence by sentence; what was there before is not read again.
import { useEffect, useRef, useState } from '@wordpress/element';
import { _n, sprintf } from '@wordpress/i18n';
import { nextSpeech } from '../chat/announce.ts';
import type { AssistantMessage, Message } from '../chat/chat-state.ts';
import { markdownContext } from './message.tsx';

type Utterance = { key: number; text: string };

/** Kept so long that a slow voice still finds them. */
const utterancesMax = 30;

export function Announcer({ messages }: { messages: Message[] }) {
  const said = useRef(new Map<string, number>());
  const [utterances, setUtterances] = useState<Utterance[]>([]);
  const newest = messages.findLast((message) => message.kind === 'assistant');

  useEffect(() => {
    forget(said.current, messages);
    if (newest?.kind !== 'assistant' || !newest.isLive) return;
    const from = said.current.get(newest.id) ?? 0;
    const next = nextSpeech(newest, from, markdownContext(newest.citations));
    if (!next) return;
    said.current.set(newest.id, next.until);
    const text = `${next.text} ${next.isEnd ? sourcesText(newest) : ''}`.trim();
    if (text !== '') setUtterances((before) => [...before, { key: (before.at(-1)?.key ?? 0) + 1, text }].slice(-utterancesMax));
  }, [newest, messages]);

  return (
    <div className="unseen" aria-live="polite" aria-relevant="additions">
      {utterances.map(({ key, text }) => (
        <p key={key}>{text}</p>
      ))}
    </div>
  );
}

/** What was taken back is said anew when it is written anew. */
function forget(said: Map<string, number>, messages: Message[]): void {
  for (const id of said.keys()) if (!messages.some((message) => message.id === id)) said.delete(id);
}

function sourcesText({ citations }: AssistantMessage): string {
  const count = citations.length;
  /* translators: %d: number of articles that an answer is taken from. */
  return count === 0 ? '' : sprintf(_n('%d source below.', '%d sources below.', count, 'aiguy'), count);
}
