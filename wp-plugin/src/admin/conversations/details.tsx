// What belongs to a conversation beside what was said: notes for the others, ratings, tickets, the transcript as a file, and its end.
import type { StaffTranscript } from '@aiguy/manifests/generated/http';
import { Button, Modal, TextareaControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { request } from '../request';
import type { Act } from './conversation-view';
import { TicketLine } from './ticket';
import { moment } from './words';

const noteCharactersMax = 2000;

export function Details({ answer, act, onDelete }: { answer: StaffTranscript; act: Act; onDelete: () => Promise<void> }) {
  return (
    <div className="aiguy-details">
      <Notes answer={answer} act={act} />
      <Ratings ratings={answer.ratings} />
      {answer.tickets.length === 0 ? null : (
        <>
          <h3>{__('Tickets', 'aiguy')}</h3>
          <ul>
            {answer.tickets.map((ticket) => (
              <li key={ticket.reference}>
                <TicketLine ticket={ticket} />
              </li>
            ))}
          </ul>
        </>
      )}
      <From conversation={answer.conversation} />
      <h3>{__('Transcript', 'aiguy')}</h3>
      <Export sessionId={answer.conversation.sessionId} />
      {window.aiguyAdmin.may.manage ? <Delete onDelete={onDelete} /> : null}
    </div>
  );
}

/** By the visitor's own word: shown as letters, and no link, because he may have written anything. */
function From({ conversation: { page, browser } }: { conversation: StaffTranscript['conversation'] }) {
  if (page === undefined && browser === undefined) return null;
  return (
    <>
      <h3>{__('Where it began', 'aiguy')}</h3>
      <dl className="aiguy-from">
        {page === undefined ? null : (
          <>
            <dt>{__('Page', 'aiguy')}</dt>
            <dd dir="ltr">{page}</dd>
          </>
        )}
        {browser === undefined ? null : (
          <>
            <dt>{__('Browser', 'aiguy')}</dt>
            <dd dir="ltr">{browser}</dd>
          </>
        )}
      </dl>
    </>
  );
}

function Notes({ answer, act }: { answer: StaffTranscript; act: Act }) {
  const [text, setText] = useState('');
  const add = async () => {
    if (await act('notes', { text })) setText('');
  };
  return (
    <>
      <h3>{__('Notes', 'aiguy')}</h3>
      <ul>
        {answer.notes.map((note) => (
          <li key={note.id}>
            <strong dir="auto">{note.name}</strong> <time dateTime={note.at}>{moment(note.at)}</time>
            <p dir="auto">{note.text}</p>
          </li>
        ))}
      </ul>
      {window.aiguyAdmin.may.reply ? (
        <div className="aiguy-note">
          <TextareaControl
            __nextHasNoMarginBottom
            label={__('Add a note', 'aiguy')}
            help={__('Only your team sees it, never the visitor or the agent.', 'aiguy')}
            dir="auto"
            rows={2}
            maxLength={noteCharactersMax}
            value={text}
            onChange={setText}
          />
          <Button variant="secondary" disabled={text.trim() === ''} accessibleWhenDisabled onClick={() => void add()}>
            {__('Save the note', 'aiguy')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Ratings({ ratings }: { ratings: StaffTranscript['ratings'] }) {
  if (ratings.length === 0) return null;
  return (
    <>
      <h3>{__('Ratings', 'aiguy')}</h3>
      <ul>
        {ratings.map(({ about, score, reason, comment, at }) => (
          <li key={`${about} ${at} ${score}`}>
            {about === 'answer'
              ? score < 0
                ? __('An answer did not help', 'aiguy')
                : __('An answer helped', 'aiguy')
              : /* translators: %d: 1 to 5. */
                sprintf(__('%d of 5', 'aiguy'), score)}{' '}
            <time dateTime={at}>{moment(at)}</time>
            <p dir="auto">{[reason, comment].filter((part) => part !== '').join(' · ')}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

function Delete({ onDelete }: { onDelete: () => Promise<void> }) {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    await onDelete();
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <h3>{__('Delete', 'aiguy')}</h3>
      <Button variant="secondary" isDestructive onClick={() => setAsking(true)}>
        {__('Delete this conversation', 'aiguy')}
      </Button>
      {isAsking ? (
        <Modal title={__('Delete this conversation for good?', 'aiguy')} size="medium" onRequestClose={() => setAsking(false)}>
          <p>
            {__(
              'What was said, its ratings and notes are deleted, here and in the visitor’s browser. Tickets and the figures of the reports stay.',
              'aiguy',
            )}
          </p>
          <div className="aiguy-export">
            <Button variant="secondary" onClick={() => setAsking(false)}>
              {__('Keep it', 'aiguy')}
            </Button>
            <Button variant="primary" isDestructive isBusy={isBusy} disabled={isBusy} onClick={() => void go()}>
              {__('Delete', 'aiguy')}
            </Button>
          </div>
        </Modal>
      ) : null}
    </>
  );
}

type Exported = { transcript: StaffTranscript; text: string };

function Export({ sessionId }: { sessionId: string }) {
  const [hasFailed, setFailed] = useState(false);
  const save = async (form: 'txt' | 'json') => {
    try {
      const { transcript, text } = await request<Exported>(`conversations/${sessionId}/export`);
      const content = form === 'txt' ? text : JSON.stringify(transcript, null, 2);
      download(`conversation-${sessionId.slice(0, 8)}.${form}`, new Blob([content], { type: form === 'txt' ? 'text/plain' : 'application/json' }));
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  return (
    <div className="aiguy-export">
      <Button variant="secondary" onClick={() => void save('txt')}>
        {__('Save as text', 'aiguy')}
      </Button>
      <Button variant="secondary" onClick={() => void save('json')}>
        {__('Save as JSON', 'aiguy')}
      </Button>
      <p role="status">{hasFailed ? __('That did not work. Try again.', 'aiguy') : ''}</p>
    </div>
  );
}

function download(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
