// A signed-in visitor's conversations, on whichever device he had them; one click goes on with one.
import { useEffect, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { fields, list, moment, text } from '../chat/json.ts';
import { toChatError } from '../chat/session.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { formatDate } from '../widget/locale-format.ts';
import type { ViewProps } from './panel.tsx';

type Entry = { id: string; title: string; at: number | undefined };

export function History({ conversation, explain, locale, onClose }: ViewProps) {
  const [entries, setEntries] = useState<Entry[]>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    conversation.call('sessions').then(
      (answer) => setEntries(list(fields(answer).sessions).map(readEntry)),
      (error) => setProblem(explain(toChatError(error).code)),
    );
  }, [conversation, explain]);
  const open = async (id: string) => {
    setProblem('');
    try {
      await conversation.change({ open: id });
      onClose();
    } catch (error) {
      setProblem(explain(toChatError(error).code));
    }
  };
  return (
    <>
      <p role="status">{statusOf(entries, problem)}</p>
      {problem === '' ? null : (
        <p className="card-problem" role="alert">
          {problem}
        </p>
      )}
      <ul className="history">
        {entries?.map(({ id, title, at }) => (
          <li key={id}>
            <button type="button" onClick={() => void open(id)}>
              <bdi>{title || __('Conversation without a title', 'aiguy')}</bdi>
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

function statusOf(entries: Entry[] | undefined, problem: string): string {
  if (problem !== '') return '';
  if (!entries) return __('Loading your conversations…', 'aiguy');
  return entries.length === 0 ? __('You have no conversations yet.', 'aiguy') : __('Choose one to read it and go on with it.', 'aiguy');
}

function readEntry(value: unknown): Entry {
  const { sessionId, title, lastAt } = fields(value);
  return { id: text(sessionId), title: visibleLine(text(title)), at: moment(lastAt) };
}
