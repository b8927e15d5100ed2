import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, readEnvironment } from '@aiguy/manifests/environment';
import { readDeskSettings, type TicketVariables, ticketVariables } from './settings.ts';

const read = (env: Record<string, string>) => readDeskSettings(readEnvironment<TicketVariables>(ticketVariables, env));

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const zendesk = {
  TICKETS_CONNECTOR: 'zendesk',
  ZENDESK_URL: 'https://shop.zendesk.com',
  ZENDESK_EMAIL: 'agent@shop.example',
  ZENDESK_API_TOKEN: 'x'.repeat(40),
};
const webhook = { TICKETS_CONNECTOR: 'webhook', TICKETS_WEBHOOK_URL: 'https://desk.example/in', TICKETS_WEBHOOK_SECRET: secret };
const email = { TICKETS_CONNECTOR: 'email', SMTP_URL: 'smtps://u:p@mail.example', SMTP_FROM: 'a@shop.example', TICKETS_EMAIL_TO: 'b@shop.example' };

test('without a word, tickets stay in our own store', () => assert.deepEqual(read({}), { connector: 'none' }));

test('each desk gets what it needs; http is for loopback', () => {
  assert.equal(read(zendesk).connector, 'zendesk');
  assert.equal(read(email).connector, 'email');
  assert.equal(read({ ...webhook, TICKETS_WEBHOOK_URL: 'http://127.0.0.1:9000/in' }).connector, 'webhook');
});

for (const [what, env, variable] of [
  ['a Zendesk without its token', { ...zendesk, ZENDESK_API_TOKEN: '' }, 'ZENDESK_API_TOKEN'],
  ['a Zendesk in the clear', { ...zendesk, ZENDESK_URL: 'http://shop.zendesk.com' }, 'ZENDESK_URL'],
  ['a Zendesk with a path', { ...zendesk, ZENDESK_URL: 'https://shop.zendesk.com/api' }, 'ZENDESK_URL'],
  ['a webhook in the clear', { ...webhook, TICKETS_WEBHOOK_URL: 'http://desk.example/in' }, 'TICKETS_WEBHOOK_URL'],
  ['a webhook on no address', { ...webhook, TICKETS_WEBHOOK_URL: 'file:///etc/passwd' }, 'TICKETS_WEBHOOK_URL'],
  ['a webhook with a password', { ...webhook, TICKETS_WEBHOOK_URL: 'https://u:p@desk.example' }, 'TICKETS_WEBHOOK_URL'],
  ['a webhook with a short secret', { ...webhook, TICKETS_WEBHOOK_SECRET: 'whsec_short' }, 'TICKETS_WEBHOOK_SECRET'],
  ['mail without a receiver', { ...email, TICKETS_EMAIL_TO: '' }, 'TICKETS_EMAIL_TO'],
  ['mail over no mail server', { ...email, SMTP_URL: 'https://mail.example' }, 'SMTP_URL'],
  ['a receiver with a line break', { ...email, TICKETS_EMAIL_TO: 'b@shop.example\nc@d.example' }, 'TICKETS_EMAIL_TO'],
  ['a desk that does not exist', { TICKETS_CONNECTOR: 'jira' }, 'TICKETS_CONNECTOR'],
] as const) {
  test(`${what} refuses to start and names ${variable}`, () => {
    assert.throws(
      () => read(env),
      (error: unknown) => error instanceof ConfigError && error.message.startsWith(`${variable}:`) && !error.message.includes('u:p@'),
    );
  });
}
