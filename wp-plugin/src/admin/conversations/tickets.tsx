// Tickets that visitors have left: who wrote, what about, where to answer, and how far it is, which the visitor is told when he asks.
import type { StaffTicket, StaffTicketList } from '@aiguy/manifests/generated/http';
import { Button, Notice, SelectControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { Asked } from '../asked';
import { request } from '../request';
import { useTask } from '../use-task';
import { Ticket } from './ticket';
import './tickets.css';

type Filter = 'open' | 'all';
type Props = {
  /** The one that the address names, as the link of an alert does. */
  named: string | undefined;
  onOpen: (sessionId: string) => void;
};

export function Tickets({ named, onOpen }: Props) {
  const [filter, setFilter] = useState<Filter>(named === undefined ? 'open' : 'all');
  return (
    <div className="aiguy-tickets">
      <SelectControl
        __nextHasNoMarginBottom
        __next40pxDefaultSize
        label={__('Show', 'aiguy')}
        hideLabelFromVision
        value={filter}
        options={[
          { value: 'open', label: __('Open tickets', 'aiguy') },
          { value: 'all', label: __('All tickets', 'aiguy') },
        ]}
        onChange={(value) => setFilter(value as Filter)}
      />
      <Asked<StaffTicketList> key={filter} path={path(filter)}>
        {(first) => <List first={first} filter={filter} named={named} onOpen={onOpen} onAll={() => setFilter('all')} />}
      </Asked>
    </div>
  );
}

const path = (filter: Filter, before?: string) => `tickets?filter=${filter}${before === undefined ? '' : `&before=${before}`}`;

type ListProps = Props & { first: StaffTicketList; filter: Filter; onAll: () => void };

function List({ first, filter, named, onOpen, onAll }: ListProps) {
  const [shown, setShown] = useState(first);
  const task = useTask();
  const more = (before: string) =>
    void task.run(async () => {
      const { tickets, ...rest } = await request<StaffTicketList>(path(filter, before));
      setShown((now) => ({ ...rest, tickets: [...now.tickets, ...tickets] }));
    });
  // What is settled stays where it is until the list is asked for again: nothing jumps away under a hand.
  const change = (changed: StaffTicket) =>
    setShown((now) => ({ ...now, tickets: now.tickets.map((one) => (one.reference === changed.reference ? changed : one)) }));
  const { tickets, before, deskSilent } = shown;
  return (
    <>
      {deskSilent ? (
        <Notice status="warning" isDismissible={false}>
          {__('Your help desk does not answer at the moment. States are as it last told them, and can’t be changed now.', 'aiguy')}
        </Notice>
      ) : null}
      {tickets.length === 0 && before === undefined ? <Empty filter={filter} onAll={onAll} /> : null}
      <ul className="aiguy-cards">
        {tickets.map((ticket) => (
          <li key={ticket.reference}>
            <Ticket ticket={ticket} isNamed={ticket.reference === named} isFixed={deskSilent ?? false} onOpen={onOpen} onChange={change} />
          </li>
        ))}
      </ul>
      {task.problem ? (
        <Notice status="error" isDismissible={false}>
          {task.problem}
        </Notice>
      ) : null}
      {before === undefined ? null : (
        <Button variant="secondary" isBusy={task.isBusy} disabled={task.isBusy} accessibleWhenDisabled onClick={() => more(before)}>
          {__('Show older ones', 'aiguy')}
        </Button>
      )}
    </>
  );
}

function Empty({ filter, onAll }: { filter: Filter; onAll: () => void }) {
  if (filter === 'all')
    return (
      <p className="aiguy-empty">
        {__('No visitor has left a ticket yet. When one does, you find here what it is about and where to answer.', 'aiguy')}
      </p>
    );
  return (
    <p className="aiguy-empty">
      {__('No ticket is open.', 'aiguy')}{' '}
      <Button variant="link" onClick={onAll}>
        {__('Show all tickets', 'aiguy')}
      </Button>
    </p>
  );
}
