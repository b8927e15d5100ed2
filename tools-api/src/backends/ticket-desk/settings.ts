// What the variables TICKETS_*, ZENDESK_* and SMTP_* mean together: which desk tickets go to; what doesn't fit refuses to start.
import { ConfigError, type VariableSchema } from '@aiguy/manifests/environment';
import { safeUrl } from '../safe-url.ts';

export const connectors = ['none', 'zendesk', 'webhook', 'email'] as const;

export type TicketVariables = Readonly<{
  TICKETS_CONNECTOR: (typeof connectors)[number];
  ZENDESK_URL: string | undefined;
  ZENDESK_EMAIL: string | undefined;
  ZENDESK_API_TOKEN: string | undefined;
  TICKETS_WEBHOOK_URL: string | undefined;
  TICKETS_WEBHOOK_SECRET: string | undefined;
  SMTP_URL: string | undefined;
  SMTP_FROM: string | undefined;
  TICKETS_EMAIL_TO: string | undefined;
}>;

export type DeskSettings =
  | { connector: 'none' }
  | { connector: 'zendesk'; url: string; email: string; apiToken: string }
  | { connector: 'webhook'; url: string; secret: string }
  | { connector: 'email'; url: string; from: string; to: string };

const address = '[^\\s<>@"]+@[^\\s<>@"]+';

export const ticketVariables: Record<keyof TicketVariables, VariableSchema> = {
  TICKETS_CONNECTOR: { type: 'string', enum: connectors, default: 'none', description: 'Where tickets go besides our own store.' },
  ZENDESK_URL: { type: 'string', maxLength: 300, description: 'Address of the account, such as https://shop.zendesk.com.' },
  ZENDESK_EMAIL: { type: 'string', pattern: `^${address}$`, maxLength: 254, description: 'The agent in whose name tickets are made.' },
  ZENDESK_API_TOKEN: { type: 'string', pattern: '^[\\x21-\\x7e]{20,500}$', description: 'An API token of the account.' },
  TICKETS_WEBHOOK_URL: { type: 'string', maxLength: 2000, description: 'Where tickets are posted: https, or http on loopback.' },
  TICKETS_WEBHOOK_SECRET: {
    type: 'string',
    pattern: '^whsec_[A-Za-z0-9+/]{32,128}={0,2}$',
    description: 'Signs them: whsec_ and base64 of 24 to 96 random bytes.',
  },
  SMTP_URL: { type: 'string', maxLength: 1000, description: 'Mail server: smtp://user:password@host:587 (with STARTTLS) or smtps://….' },
  SMTP_FROM: { type: 'string', pattern: `^${address}$`, maxLength: 254, description: 'Address that e-mails come from.' },
  TICKETS_EMAIL_TO: { type: 'string', pattern: `^${address}$`, maxLength: 254, description: 'Address of the team that gets tickets.' },
};

/** @throws ConfigError naming the variable, what is wrong and what to do; never a key */
export function readDeskSettings(variables: TicketVariables): DeskSettings {
  switch (variables.TICKETS_CONNECTOR) {
    case 'none':
      return { connector: 'none' };
    case 'zendesk': {
      const url = originOf('ZENDESK_URL', needed(variables, 'ZENDESK_URL'));
      return { connector: 'zendesk', url, email: needed(variables, 'ZENDESK_EMAIL'), apiToken: needed(variables, 'ZENDESK_API_TOKEN') };
    }
    case 'webhook': {
      const { href: url } = safeUrl('TICKETS_WEBHOOK_URL', needed(variables, 'TICKETS_WEBHOOK_URL'));
      return { connector: 'webhook', url, secret: needed(variables, 'TICKETS_WEBHOOK_SECRET') };
    }
    case 'email': {
      const url = smtpUrl(needed(variables, 'SMTP_URL'));
      return { connector: 'email', url, from: needed(variables, 'SMTP_FROM'), to: needed(variables, 'TICKETS_EMAIL_TO') };
    }
  }
}

/**
 * The mail server for codes to guests, whatever tickets go by.
 * @returns undefined when there is none
 * @throws ConfigError as readDeskSettings does
 */
export function readMailSettings({ SMTP_URL: url, SMTP_FROM: from }: TicketVariables): { url: string; from: string } | undefined {
  if (url === undefined) return undefined;
  if (from === undefined) throw new ConfigError('SMTP_FROM', 'is not set, and mails by SMTP_URL need it; set it, or unset SMTP_URL');
  return { url: smtpUrl(url), from };
}

function smtpUrl(url: string): string {
  if (URL.canParse(url) && /^smtps?:\/\/[^?#]+$/.test(url) && new URL(url).hostname !== '') return url;
  throw new ConfigError('SMTP_URL', 'must be smtp://user:password@host:port or smtps://…, without a query');
}

function needed(variables: TicketVariables, name: Exclude<keyof TicketVariables, 'TICKETS_CONNECTOR'>): string {
  const value = variables[name];
  if (value === undefined) throw new ConfigError(name, `is not set, and TICKETS_CONNECTOR ${variables.TICKETS_CONNECTOR} needs it`);
  return value;
}

function originOf(name: string, text: string): string {
  const url = safeUrl(name, text);
  if (url.pathname !== '/' || url.search !== '') throw new ConfigError(name, 'must have no path, such as https://shop.zendesk.com');
  return url.origin;
}
