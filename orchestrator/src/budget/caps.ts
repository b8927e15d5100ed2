// What a site and its visitors may use in a day. Pure: the owner's wishes come signed, the operator's ceilings by configuration; the stricter wins.
import type { CapReason, DegradedValue } from '@aiguy/manifests/generated/events';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';

/** Messages and money of one day; networkMessages: of all guests of one network together. */
export type Caps = {
  guestMessages: number;
  networkMessages: number;
  customerMessages: number;
  siteMessages: number;
  siteMicroUsd: number;
  atCap: DegradedValue['action'];
};
export type Ceilings = Omit<Caps, 'networkMessages' | 'atCap'> & {
  /** Guests that one network may stand for. */
  guestsPerNetwork: number;
};
export type { CapReason };

/** @param wishes of the agent's owner, as the site signed them; the ceilings hold for what is left out */
export function capsOf(ceilings: Ceilings, wishes: NonNullable<VisitorAssertion['agent']>['caps'] = {}): Caps {
  const guestMessages = Math.min(ceilings.guestMessages, wishes.guest_messages_day ?? Infinity);
  return {
    guestMessages,
    networkMessages: guestMessages * ceilings.guestsPerNetwork,
    customerMessages: Math.min(ceilings.customerMessages, wishes.customer_messages_day ?? Infinity),
    siteMessages: Math.min(ceilings.siteMessages, wishes.site_messages_day ?? Infinity),
    siteMicroUsd: Math.min(ceilings.siteMicroUsd, Math.floor((wishes.site_cost_day_usd ?? Infinity) * 1_000_000)),
    atCap: wishes.at_cap ?? 'knowledge',
  };
}

/** The UTC day of a moment, YYYY-MM-DD. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function nextDayIso(ms: number): string {
  const day = new Date(ms);
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + 1)).toISOString();
}
