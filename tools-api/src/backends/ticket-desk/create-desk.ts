// Chooses where tickets go, by the configuration.
import type { TicketDesk } from './desk.ts';
import { createEmail } from './email.ts';
import type { DeskSettings } from './settings.ts';
import { createWebhook } from './webhook.ts';
import { createZendesk } from './zendesk.ts';

/** @returns undefined when our own store is all there is */
export function createDesk(settings: DeskSettings): TicketDesk | undefined {
  switch (settings.connector) {
    case 'none':
      return undefined;
    case 'zendesk':
      return createZendesk(settings);
    case 'webhook':
      return createWebhook({ ...settings, nowMs: Date.now });
    case 'email':
      return createEmail(settings);
  }
}
