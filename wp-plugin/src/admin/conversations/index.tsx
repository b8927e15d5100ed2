// AIGuy → Conversations: what visitors and the agent say, live; questions without a good answer; tickets; alerts.
import { TabPanel } from '@wordpress/components';
import { useEffect, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { mountScreen } from '../mount';
import { Alerts } from './alerts';
import { ConversationList } from './conversation-list';
import { type Change, ConversationView } from './conversation-view';
import { Questions } from './questions';
import { Tickets } from './tickets';
import type { Filter } from './words';
import './conversations.css';

declare module '../mount' {
  /** Conversations_Controller::screen_data() of the plugin. */
  interface AdminData {
    me: string;
  }
}

mountScreen(Conversations);

type Place = { tab: string; conversation?: string; ticket?: string };

/** What the address names, as the links of alerts and of other screens do. */
function named(): Place {
  const name = window.location.hash.slice(1);
  if (/^[A-Za-z0-9_-]{22,64}$/.test(name)) return { tab: 'inbox', conversation: name };
  if (/^T-[A-Z0-9]{6}$/.test(name)) return { tab: 'tickets', ticket: name };
  return { tab: tabs().some((tab) => tab.name === name) ? name : 'inbox' };
}

function Conversations() {
  const [selected, setSelected] = useState(() => named().conversation);
  const [shown, setShown] = useState<Place & { count: number }>(() => ({ ...named(), count: 0 }));
  useEffect(() => {
    const follow = () => {
      const place = named();
      setSelected(place.conversation);
      setShown(({ count }) => ({ ...place, count: count + 1 }));
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const select = (sessionId: string | undefined) => {
    window.history.replaceState(null, '', sessionId === undefined ? window.location.pathname + window.location.search : `#${sessionId}`);
    setSelected(sessionId);
  };
  const open = (sessionId: string) => {
    select(sessionId);
    setShown(({ count }) => ({ tab: 'inbox', count: count + 1 }));
  };
  return (
    <TabPanel key={shown.count} initialTabName={shown.tab} tabs={tabs()}>
      {({ name }) => {
        if (name === 'questions') return <Questions onOpen={open} />;
        if (name === 'tickets') return <Tickets named={shown.ticket} onOpen={open} />;
        return name === 'alerts' ? <Alerts /> : <Inbox selected={selected} onSelect={select} />;
      }}
    </TabPanel>
  );
}

function tabs(): { name: string; title: string }[] {
  const all = [
    { name: 'inbox', title: __('Inbox', 'aiguy') },
    { name: 'questions', title: __('Questions without a good answer', 'aiguy') },
    { name: 'tickets', title: __('Tickets', 'aiguy') },
  ];
  return window.aiguyAdmin.may.manage ? [...all, { name: 'alerts', title: __('Alerts', 'aiguy') }] : all;
}

function Inbox({ selected, onSelect }: { selected: string | undefined; onSelect: (sessionId: string | undefined) => void }) {
  const [changes, setChanges] = useState(0);
  const [filter, setFilter] = useState<Filter>('all');
  const onChange = (name: Change) => {
    setChanges((count) => count + 1);
    // Whoever has taken over sees the conversation stay in the list.
    if (name === 'take-over') setFilter((before) => (before === 'waiting' ? 'with_person' : before));
  };
  const onDeleted = (sessionIds: string[]) => {
    setChanges((count) => count + 1);
    if (selected !== undefined && sessionIds.includes(selected)) onSelect(undefined);
  };
  return (
    <div className={`aiguy-inbox ${selected === undefined ? '' : 'has-selected'}`}>
      <ConversationList {...{ selected, changes, filter, onSelect, onDeleted }} onFilter={setFilter} />
      {selected === undefined ? (
        <p className="aiguy-view aiguy-empty">{__('Choose a conversation to read it as it happens.', 'aiguy')}</p>
      ) : (
        <ConversationView key={selected} sessionId={selected} onBack={() => onSelect(undefined)} onChange={onChange} />
      )}
    </div>
  );
}
