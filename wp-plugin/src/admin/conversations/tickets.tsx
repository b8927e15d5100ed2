// Tickets that conversations have left.
import type { StaffTicket, StaffTicketList } from '@aiguy/manifests/generated/http';
import { Button } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import { Asked } from '../asked';
import { moment } from './words';

type Props = { onOpen: (sessionId: string) => void };

export function Tickets({ onOpen }: Props) {
  return <Asked<StaffTicketList> path="tickets">{({ tickets }) => <List tickets={tickets} onOpen={onOpen} />}</Asked>;
}

function List({ tickets, onOpen }: Props & StaffTicketList) {
  if (tickets.length === 0) return <p className="aiguy-empty">{__('No conversation has left a ticket yet.', 'aiguy')}</p>;
  return (
    <ul className="aiguy-cards">
      {tickets.map((ticket) => (
        <li key={ticket.reference}>
          <TicketLine ticket={ticket} />
          <Button variant="link" onClick={() => onOpen(ticket.sessionId)}>
            {__('Open the conversation', 'aiguy')}
          </Button>
        </li>
      ))}
    </ul>
  );
}

export function TicketLine({ ticket }: { ticket: StaffTicket }) {
  return (
    <>
      <strong>{ticket.reference}</strong> <time dateTime={ticket.at}>{moment(ticket.at)}</time>{' '}
      <span className="aiguy-mark">{deliveryWords(ticket)}</span>
      <p dir="auto">{ticket.summary}</p>
    </>
  );
}

function deliveryWords({ delivery, status }: StaffTicket): string {
  switch (delivery) {
    case 'queued':
    case 'running':
      return __('on its way to your desk', 'aiguy');
    case 'failed':
      return __('could not be handed over', 'aiguy');
    case 'done':
      return __('at your desk', 'aiguy');
    default:
      return status === 'open' ? __('open', 'aiguy') : status.replaceAll('_', ' ');
  }
}
