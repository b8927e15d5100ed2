// Tickets to an address of the owner's, signed as the Standard Webhooks specification says (v1: HMAC-SHA-256 over id, time and body).
import { createHmac } from 'node:crypto';
import type { TicketDesk } from './desk.ts';
import { requestDesk } from './request-desk.ts';

export type WebhookSettings = {
  url: string;
  /** whsec_ and base64 of at least 24 bytes. */
  secret: string;
  nowMs: () => number;
};

export function createWebhook({ url, secret, nowMs }: WebhookSettings): TicketDesk {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return {
    name: 'webhook',
    deliver: async ({ createdAt, ...ticket }, { id, signal }) => {
      const body = JSON.stringify({ type: 'ticket.created', timestamp: createdAt.toISOString(), data: ticket });
      const timestamp = String(Math.floor(nowMs() / 1000));
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      await requestDesk({
        desk: 'the webhook',
        method: 'POST',
        url,
        headers: { 'Content-Type': 'application/json', 'Webhook-Id': id, 'Webhook-Timestamp': timestamp, 'Webhook-Signature': `v1,${signature}` },
        body,
        signal,
      });
    },
    close: () => undefined,
  };
}
