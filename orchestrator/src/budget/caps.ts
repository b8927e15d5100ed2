// What a site and its visitors may use in a day, and a site in a month. Pure: the owner's wishes come signed, the operator's ceilings by configuration; the stricter wins.
import type { CapReason, DegradedValue } from '@aiguy/manifests/generated/events';
import { isTimeZone } from '@aiguy/manifests/time-zone';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';

/** Messages and money of one day, or of a calendar month where the name says so; network…: of all guests of one network together. */
export type Caps = {
  guestMessages: number;
  networkMessages: number;
  customerMessages: number;
  guestMicroUsd: number;
  networkMicroUsd: number;
  customerMicroUsd: number;
  siteMessages: number;
  siteMicroUsd: number;
  siteMonthMicroUsd: number;
  atCap: DegradedValue['action'];
};
export type Ceilings = Pick<Caps, 'guestMessages' | 'customerMessages' | 'siteMessages' | 'siteMicroUsd' | 'siteMonthMicroUsd'> & {
  /** Guests that one network may stand for. */
  guestsPerNetwork: number;
};
export type { CapReason };
/** What a site's model calls meet. */
export type CostCap = Extract<CapReason, 'site_cost' | 'site_cost_month'>;

/** @param wishes of the agent's owner, as the site signed them; the ceilings hold for what is left out, and a visitor's money has none */
export function capsOf(ceilings: Ceilings, wishes: NonNullable<VisitorAssertion['agent']>['caps'] = {}): Caps {
  const guestMessages = Math.min(ceilings.guestMessages, wishes.guest_messages_day ?? Infinity);
  const guestMicroUsd = microUsdOf(wishes.guest_cost_day_usd);
  return {
    guestMessages,
    networkMessages: guestMessages * ceilings.guestsPerNetwork,
    guestMicroUsd,
    networkMicroUsd: Math.min(guestMicroUsd * ceilings.guestsPerNetwork, uncapped),
    customerMicroUsd: microUsdOf(wishes.customer_cost_day_usd),
    customerMessages: Math.min(ceilings.customerMessages, wishes.customer_messages_day ?? Infinity),
    siteMessages: Math.min(ceilings.siteMessages, wishes.site_messages_day ?? Infinity),
    siteMicroUsd: Math.min(ceilings.siteMicroUsd, microUsdOf(wishes.site_cost_day_usd)),
    siteMonthMicroUsd: Math.min(ceilings.siteMonthMicroUsd, microUsdOf(wishes.site_cost_month_usd)),
    atCap: wishes.at_cap ?? 'knowledge',
  };
}

/** Stands for no cap: a number that the database can hold. */
export const uncapped = Number.MAX_SAFE_INTEGER;

export function microUsdOf(usd = Infinity): number {
  return Math.min(Math.floor(usd * 1_000_000), uncapped);
}

/** Where a site's days begin, by the word that it has signed: a site that changes it has another day, and each day its caps once. */
export function zoneOf({ time_zone: name }: Pick<VisitorAssertion, 'time_zone'>): string {
  return name !== undefined && isTimeZone(name) ? name : 'UTC';
}
