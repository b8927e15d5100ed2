// The agents as the route has them; the fields and their rules are Agent_Rules of the plugin.
import { RequestError, request } from '../request';

export type Hours = { day: number; from: string; to: string };
export type OnOff = { on: boolean; text: string };
/** Of one visitor, in a day. */
export type Caps = {
  guest_messages_day: number;
  customer_messages_day: number;
  guest_cost_day_usd: number;
  customer_cost_day_usd: number;
  at_cap: 'knowledge' | 'contact' | 'closed';
};
/** Of all agents together; null: the month has no limit but those of its days. */
export type SiteLimits = { site_messages_day: number; site_cost_day_usd: number; site_cost_month_usd: number | null };
export type Agent = {
  id: string;
  /** Empty for the usual one, in the language of the page; so is the greeting. */
  name: string;
  avatar: number;
  accent: string;
  greeting: string;
  suggested_questions: string[];
  position: 'inline' | 'floating' | 'both';
  /** BCP 47; empty for the site's. */
  language: string;
  opening_hours: Hours[];
  /** Parts of the knowledge that it answers from; all when empty. */
  collections: string[];
  tools_off: string[];
  tools_sign_in: string[];
  tone: 'friendly' | 'neutral' | 'formal';
  /** What it should pay attention to, in the owner's words; read by models. */
  instructions: string;
  model: string;
  caps: Caps;
  retention_days: number;
  disclosure: OnOff;
  consent: OnOff;
  privacy_link: boolean;
  everywhere: { on: boolean; include: string[]; exclude: string[] };
};
export type AgentList = {
  default: string;
  agents: Agent[];
  limits: SiteLimits;
  /** Ids of agents that are gone; blocks may still name them. */
  retired: string[];
  defaults: Agent;
  /** What is shown where nothing is written. */
  usual: { name: string; greeting: string };
  /** Of the site, BCP 47. */
  language: string;
  /** Addresses of pictures by agent. */
  avatars: Record<string, string>;
  /** Set by a constant; nothing can be saved. */
  fixed: boolean;
  privacy: string;
  /** A plugin manages consent and tells the WP Consent API how. */
  consents: boolean;
};
/** By agent's place and field; those of the site's limits by their pointer. */
export type Errors = Record<string, string>;

/** What of the list is the owner's to change. */
export const changeable = ({ default: first, agents, limits }: AgentList) => ({ default: first, agents, limits });

export const saveAgents = async (list: AgentList) => await request<AgentList>('agents', { method: 'PUT', data: changeable(list) });

/** @returns what to say at which field; the pointers are /agents/0/name */
export function errorsOf(error: unknown): Errors {
  if (!(error instanceof RequestError)) return {};
  return Object.fromEntries(error.details.map(({ pointer, rule }) => [pointer.replace(/^\/agents\//, ''), rule]));
}

/** An id that is not taken yet, from a name. */
export function newId(taken: string[]): string {
  for (let number = taken.length + 1; ; number += 1) if (!taken.includes(`agent-${number}`)) return `agent-${number}`;
}

/** As Agent::on_accent() of the plugin: black or white, whichever has the 4.5 : 1 of WCAG AA. */
export function onAccent(accent: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(accent.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5 ? '#ffffff' : '#000000';
}
