// One ticket. Everything in it that is a visitor's is letters: only a whole address becomes a link, and only to the mail program.
import type { LeftTicket, StaffTicket } from '@aiguy/manifests/generated/http';
import { Button, Notice, SelectControl } from '@wordpress/components';
import { useEffect, useRef, useState } from '@wordpress/element';
import { __, _x, sprintf } from '@wordpress/i18n';
import { visibleLine, visibleText } from '../../chat/visible-text';
import { request } from '../request';
import { useTask } from '../use-task';
import { mailtoOf } from './mailto';
import { moment } from './words';

type Status = StaffTicket['status'];
type Props = {
  ticket: StaffTicket;
  isNamed: boolean;
  /** Its state can't be changed now. */
  isFixed: boolean;
  onOpen: (sessionId: string) => void;
  onChange: (ticket: StaffTicket) => void;
};

export function Ticket({ ticket, isNamed, isFixed, onOpen, onChange }: Props) {
  const { reference, summary, details, at, priority, sessionId } = ticket;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isNamed) heading.current?.focus();
  }, [isNamed]);
  return (
    <article aria-labelledby={`ticket-${reference}`}>
      <h3 id={`ticket-${reference}`} ref={heading} tabIndex={-1} dir="auto">
        {visibleLine(summary)}
      </h3>
      <p className="aiguy-ticket-line">
        <strong>{reference}</strong> <time dateTime={at}>{moment(at)}</time>
        <Marks priority={priority} ticket={ticket} />
      </p>
      <Facts ticket={ticket} />
      {details === undefined ? null : <p dir="auto">{visibleText(details)}</p>}
      <div className="aiguy-ticket-actions">
        <Reply ticket={ticket} />
        {sessionId === undefined ? null : (
          <Button variant="link" onClick={() => onOpen(sessionId)}>
            {__('Open the conversation', 'aiguy')}
          </Button>
        )}
        {ticket.heldBy === undefined ? <Stand ticket={ticket} isFixed={isFixed} onChange={onChange} /> : <AtDesk status={ticket.status} />}
      </div>
    </article>
  );
}

function Marks({ priority, ticket }: { priority: string; ticket: StaffTicket }) {
  return (
    <>
      {priority === 'urgent' ? <span className="aiguy-mark is-waiting">{__('urgent', 'aiguy')}</span> : null}
      {priority === 'high' ? <span className="aiguy-mark is-waiting">{__('high priority', 'aiguy')}</span> : null}
      {ticket.delivery === undefined ? null : <span className="aiguy-mark">{deliveryWords(ticket.delivery)}</span>}
    </>
  );
}

function Facts({ ticket: { visitor, visitorName, email, orderId, updatedAt, at } }: { ticket: StaffTicket }) {
  const name = visitorName ?? (visitor.startsWith('wp:') ? __('Customer', 'aiguy') : __('Guest', 'aiguy'));
  return (
    <dl className="aiguy-from">
      <dt>{__('From', 'aiguy')}</dt>
      <dd>
        <bdi>{visibleLine(name)}</bdi>
        {email === undefined ? null : (
          <>
            {' · '}
            <bdi>{visibleLine(email)}</bdi>
          </>
        )}
      </dd>
      {orderId === undefined ? null : (
        <>
          <dt>{_x('Order', 'of a customer', 'aiguy')}</dt>
          <dd>
            <bdi>{visibleLine(orderId)}</bdi> {__('(as the visitor wrote it)', 'aiguy')}
          </dd>
        </>
      )}
      {updatedAt === at ? null : (
        <>
          <dt>{__('Last changed', 'aiguy')}</dt>
          <dd>{moment(updatedAt)}</dd>
        </>
      )}
    </dl>
  );
}

/** In the mail program of whoever answers; the reference in the subject tells both what it is about. */
function Reply({ ticket: { reference, summary, email, heldBy } }: { ticket: StaffTicket }) {
  if (!window.aiguyAdmin.may.reply || heldBy !== undefined) return null;
  const link = email === undefined ? undefined : mailtoOf(email, `[${reference}] ${visibleLine(summary)}`);
  if (link === undefined) return <span>{__('No e-mail address is known.', 'aiguy')}</span>;
  return (
    <Button variant="primary" href={link}>
      {__('Reply by e-mail', 'aiguy')}
    </Button>
  );
}

type StandProps = Pick<Props, 'ticket' | 'isFixed' | 'onChange'>;

function Stand({ ticket: { reference, status }, isFixed, onChange }: StandProps) {
  const task = useTask();
  const [isSaved, setSaved] = useState(false);
  const save = (next: Status) =>
    void task.run(async () => {
      setSaved(false);
      onChange(await request<StaffTicket>(`tickets/${reference}`, { method: 'PUT', data: { status: next } }));
      setSaved(true);
    });
  return (
    <>
      <SelectControl
        __nextHasNoMarginBottom
        __next40pxDefaultSize
        label={__('State', 'aiguy')}
        labelPosition="side"
        value={status}
        options={statuses().map((value) => ({ value, label: statusWords(value) }))}
        disabled={isFixed || task.isBusy || !window.aiguyAdmin.may.reply}
        onChange={(value) => save(value as Status)}
      />
      <span role="status">{isSaved ? __('Saved. The visitor is told so when he asks.', 'aiguy') : ''}</span>
      {task.problem ? (
        <Notice status="error" isDismissible={false}>
          {task.problem}
        </Notice>
      ) : null}
    </>
  );
}

/** Its state is the other system's. */
function AtDesk({ status }: { status: Status }) {
  /* translators: %s: state of a ticket, such as Open. */
  return <span>{sprintf(__('In Zendesk: %s. Answer it there, and set its state there.', 'aiguy'), statusWords(status))}</span>;
}

const statuses = (): Status[] => ['open', 'waiting_for_customer', 'resolved', 'closed'];

function statusWords(status: Status): string {
  switch (status) {
    case 'open':
      return _x('Open', 'state of a ticket', 'aiguy');
    case 'waiting_for_customer':
      return __('Waiting for the customer', 'aiguy');
    case 'resolved':
      return __('Resolved', 'aiguy');
    case 'closed':
      return __('Closed', 'aiguy');
  }
}

/** Among what belongs to a conversation; the rest is one click away. */
export function TicketLine({ ticket }: { ticket: LeftTicket }) {
  return (
    <>
      <a href={`#${ticket.reference}`}>{ticket.reference}</a> <time dateTime={ticket.at}>{moment(ticket.at)}</time>{' '}
      {ticket.delivery === undefined ? null : <span className="aiguy-mark">{deliveryWords(ticket.delivery)}</span>}
      <p dir="auto">{visibleLine(ticket.summary)}</p>
    </>
  );
}

function deliveryWords(delivery: NonNullable<LeftTicket['delivery']>): string {
  switch (delivery) {
    case 'queued':
    case 'running':
      return __('on its way to your desk', 'aiguy');
    case 'failed':
      return __('could not be handed over', 'aiguy');
    case 'done':
      return __('at your desk', 'aiguy');
  }
}
