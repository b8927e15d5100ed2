// The conversations, newest first, found by words and by what is worth a look.
import type { StaffConversation, StaffConversationList } from '@aiguy/manifests/generated/http';
import { Button, SearchControl, SelectControl, Spinner } from '@wordpress/components';
import { useEffect, useState } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import { visibleLine } from '../../chat/visible-text';
import { Problem } from '../problem';
import { request } from '../request';
import { DeleteSeveral } from './delete-several';
import { showWaiting } from './show-waiting';
import { usePoll } from './use-poll';
import { type Filter, filters, marks, moment, visitorName } from './words';

const everyMs = 8000;
const typingMs = 400;

/** changes: grows with what this screen has changed, so that the list is asked for at once. */
type Props = {
  selected: string | undefined;
  changes: number;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  onSelect: (sessionId: string) => void;
  onDeleted: (sessionIds: string[]) => void;
};

export function ConversationList({ selected, changes, filter, onFilter, onSelect, onDeleted }: Props) {
  const [marked, setMarked] = useState<string[]>([]);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const { may } = window.aiguyAdmin;
  const [typed, setTyped] = useState('');
  const text = useSettled(typed);
  const path = `conversations?filter=${filter}&q=${encodeURIComponent(text)}`;
  const { answer, error, again } = usePoll<StaffConversationList>(path, everyMs);
  useEffect(() => {
    if (changes > 0) again();
  }, [changes, again]);
  const older = useOlder(path, answer?.before);
  useEffect(() => {
    if (answer) showWaiting(answer.counts.waiting);
  }, [answer]);
  const known = new Set(answer?.conversations.map(({ sessionId }) => sessionId));
  const conversations = [...(answer?.conversations ?? []), ...older.conversations.filter(({ sessionId }) => !known.has(sessionId))].filter(
    ({ sessionId }) => !gone.has(sessionId),
  );
  const shown = conversations.map(({ sessionId }) => sessionId);
  const chosen = shown.filter((id) => marked.includes(id));
  const drop = (ids: string[]) => {
    setGone((before) => new Set([...before, ...ids]));
    onDeleted(ids);
  };
  return (
    <section className="aiguy-list" aria-label={__('Conversations', 'aiguy')}>
      <div className="aiguy-list-tools">
        <SearchControl
          __nextHasNoMarginBottom
          label={__('Search what was said', 'aiguy')}
          placeholder={__('Search what was said', 'aiguy')}
          value={typed}
          maxLength={200}
          onChange={setTyped}
        />
        <SelectControl
          __nextHasNoMarginBottom
          __next40pxDefaultSize
          label={__('Show', 'aiguy')}
          hideLabelFromVision
          value={filter}
          options={filters()}
          onChange={(value) => onFilter(value as Filter)}
        />
        <Waiting count={answer?.counts.waiting ?? 0} onShow={() => onFilter('waiting')} />
      </div>
      {error === undefined ? null : <Problem failure={error} again={again} />}
      {answer === undefined && error === undefined ? <Spinner /> : null}
      {answer && conversations.length === 0 ? <Empty isFiltered={filter !== 'all' || text !== ''} /> : null}
      {may.manage && answer ? <DeleteSeveral {...{ shown, chosen }} onChoose={setMarked} onDeleted={drop} /> : null}
      <ul>
        {conversations.map((one) => (
          <li key={one.sessionId}>
            {may.manage ? (
              <Choose
                conversation={one}
                isChosen={chosen.includes(one.sessionId)}
                onChange={(isChosen) => setMarked(isChosen ? [...chosen, one.sessionId] : chosen.filter((id) => id !== one.sessionId))}
              />
            ) : null}
            <Row conversation={one} isSelected={one.sessionId === selected} onSelect={() => onSelect(one.sessionId)} />
          </li>
        ))}
      </ul>
      {older.more ? (
        <Button variant="secondary" isBusy={older.isLoading} onClick={older.more}>
          {__('Show older ones', 'aiguy')}
        </Button>
      ) : null}
    </section>
  );
}

function Waiting({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <p className="aiguy-waiting" role="status">
      {count === 0 ? null : (
        <Button variant="link" onClick={onShow}>
          {
            /* translators: %d: number of visitors. */
            sprintf(_n('%d visitor is waiting for a person', '%d visitors are waiting for a person', count, 'aiguy'), count)
          }
        </Button>
      )}
    </p>
  );
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  return (
    <p className="aiguy-empty">
      {isFiltered
        ? __('Nothing fits. Try other words, or show all conversations.', 'aiguy')
        : __('Nobody has written yet. Conversations appear here as soon as a visitor uses the chat.', 'aiguy')}
    </p>
  );
}

function Choose(props: { conversation: StaffConversation; isChosen: boolean; onChange: (isChosen: boolean) => void }) {
  const { conversation, isChosen, onChange } = props;
  /* translators: 1: name of a visitor, 2: a time. */
  const label = sprintf(__('Select the conversation of %1$s, %2$s', 'aiguy'), visitorName(conversation), moment(conversation.lastAt));
  return (
    <label className="aiguy-choose">
      <input type="checkbox" aria-label={label} checked={isChosen} onChange={({ target }) => onChange(target.checked)} />
    </label>
  );
}

function Row({ conversation, isSelected, onSelect }: { conversation: StaffConversation; isSelected: boolean; onSelect: () => void }) {
  const { handoff, preview, lastAt } = conversation;
  return (
    <button type="button" className="aiguy-row" aria-current={isSelected} onClick={onSelect}>
      <span className="aiguy-row-top">
        <strong dir="auto">{visitorName(conversation)}</strong>
        <time dateTime={lastAt}>{moment(lastAt)}</time>
      </span>
      <span className="aiguy-preview" dir="auto">
        {visibleLine(preview) || '…'}
      </span>
      <span className="aiguy-marks">
        {handoff ? <Handoff handoff={handoff} /> : null}
        {marks(conversation).map((mark) => (
          <span key={mark} className="aiguy-mark">
            {mark}
          </span>
        ))}
      </span>
    </button>
  );
}

function Handoff({ handoff }: { handoff: NonNullable<StaffConversation['handoff']> }) {
  return (
    <span className={`aiguy-mark is-${handoff.status}`}>
      {handoff.status === 'waiting'
        ? __('waiting for a person', 'aiguy')
        : /* translators: %s: name of a person. */
          sprintf(__('%s answers', 'aiguy'), handoff.name ?? '')}
    </span>
  );
}

/** The text once nobody types any more. */
function useSettled(typed: string): string {
  const [text, setText] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setText(typed.trim()), typingMs);
    return () => clearTimeout(timer);
  }, [typed]);
  return text;
}

type Older = { conversations: StaffConversation[]; before: string | undefined; isLoading: boolean; path: string };

/** Pages behind the first, which alone is asked for again. */
function useOlder(
  path: string,
  before: string | undefined,
): { conversations: StaffConversation[]; isLoading: boolean; more: (() => void) | undefined } {
  const none = { conversations: [], before: undefined, isLoading: false, path: '' };
  const [kept, setOlder] = useState<Older>(none);
  const older = kept.path === path ? kept : none;
  const next = older.path === path ? older.before : before;
  const more = async () => {
    setOlder({ ...older, before: next, path, isLoading: true });
    const page = await request<StaffConversationList>(`${path}&before=${next}`).catch(() => undefined);
    setOlder({ path, isLoading: false, before: page ? page.before : next, conversations: [...older.conversations, ...(page?.conversations ?? [])] });
  };
  return { conversations: older.conversations, isLoading: older.isLoading, more: next === undefined ? undefined : () => void more() };
}
