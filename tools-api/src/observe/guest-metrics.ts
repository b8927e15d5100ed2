// Prometheus figures of what guests show of orders: how guesses end, and what became of mails with codes.
import { Counter, type Registry } from 'prom-client';
import type { GuestEvent } from '../backends/guests/guest-events.ts';

export type GuestMetrics = { happened: (event: GuestEvent) => void };

export function createGuestMetrics(register: Registry): GuestMetrics {
  const events = new Counter({
    name: 'aiguy_guest_events_total',
    help: 'Guests and orders: proven, failed, locked; mail_asked, mail_sent, mail_failed, mail_limited. Many locked ones are somebody who guesses.',
    labelNames: ['event'],
    registers: [register],
  });
  return { happened: (event) => events.inc({ event }) };
}
