// A signed-in visitor's conversations, on whichever device he had them; one click opens one to read, another goes on with it.
import { useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { fields, list, moment, text } from '../chat/json.ts';
import { toChatError } from '../chat/session.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { formatDate } from '../widget/locale-format.ts';
import { Earlier } from './earlier.tsx';
import type { ViewProps } from './panel.tsx';

type Entry = { id: string; title: string; at: number | undefined };

export function History(props: ViewProps) {
  const { conversation, explain, locale, onClose } = props;
  const [entries, setEntries] = useState<Entry[]>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    conversation.call('sessions').then(
      (answer) => setEntries(list(fields(answer).sessions).map(readEntry)),
      (error) => setProblem(explain(toChatError(error).code)),
    );
  }, [conversation, explain]);
  const [read, setRead] = useState<Entry>();
  const lastRead = useRef('');
  const whole = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Back where he came from.
    if (!read && lastRead.current !== '') whole.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(lastRead.current)}"]`)?.focus();
    lastRead.current = read?.id ?? '';
  }, [read]);
  const goOn = async (id: string) => {
    await conversation.change({ open: id });
    onClose();
  };
  if (read) return <Earlier {...props} id={read.id} title={titleOf(read)} onBack={() => setRead(undefined)} onGoOn={() => goOn(read.id)} />;
  return (
    <>
      <p role="status">{statusOf(entries, problem)}</p>
      {problem === '' ? null : (
        <p className="card-problem" role="alert">
          {problem}
        </p>
      )}
      <ul ref={whole} className="history">
        {entries?.map(({ at, ...entry }) => (
          <li key={entry.id}>
            <button type="button" data-id={entry.id} onClick={() => setRead({ at, ...entry })}>
              <bdi>{titleOf(entry)}</bdi>
              {at === undefined ? null : (
                <time dateTime={new Date(at).toISOString()}>{formatDate(new Date(at), locale, { dateStyle: 'medium', timeStyle: 'short' })}</time>
              )}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function titleOf({ title }: Pick<Entry, 'title'>): string {
  return title || __('Conversation without a title', 'aiguy');
}

function statusOf(entries: Entry[] | undefined, problem: string): string {
  if (problem !== '') return '';
  if (!entries) return __('Loading your conversations…', 'aiguy');
  return entries.length === 0 ? __('You have no conversations yet.', 'aiguy') : __('Choose one to read it.', 'aiguy');
}

function readEntry(value: unknown): Entry {
  const { sessionId, title, lastAt } = fields(value);
  return { id: text(sessionId), title: visibleLine(text(title)), at: moment(lastAt) };
}
