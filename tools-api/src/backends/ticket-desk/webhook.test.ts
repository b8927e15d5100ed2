import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { DeskError, type DeskTicket } from './desk.ts';
import { createWebhook } from './webhook.ts';

const key = Buffer.from('twenty-four bytes and more');
const secret = `whsec_${key.toString('base64')}`;
const ticket: DeskTicket = {
  reference: 'T-7K3M9Q',
  category: 'order',
  priority: 'normal',
  summary: 'Box torn',
  details: undefined,
  email: undefined,
  createdAt: new Date('2026-11-21T09:30:00Z'),
};
const delivery = { id: '5f0c1f4e-7a52-4a0e-9d38-0b0d3f1f6a11', isRepeated: false, signal: AbortSignal.timeout(5000) };

async function receiver(t: TestContext, status: number) {
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tickets` };
}

test('the receiver can tell that it was us, when, and that it is the same ticket again', async (t) => {
  const { received, url } = await receiver(t, 204);
  const desk = createWebhook({ url, secret, nowMs: () => 1_795_000_000_500 });
  await desk.deliver(ticket, delivery);
  await desk.deliver(ticket, { ...delivery, isRepeated: true });
  for (const { headers, body } of received) {
    assert.deepEqual([headers['webhook-id'], headers['webhook-timestamp']], [delivery.id, '1795000000']);
    const signature = createHmac('sha256', key).update(`${delivery.id}.1795000000.${body}`).digest('base64');
    assert.equal(headers['webhook-signature'], `v1,${signature}`);
  }
  assert.deepEqual(JSON.parse(received[0]?.body ?? ''), {
    type: 'ticket.created',
    timestamp: '2026-11-21T09:30:00.000Z',
    data: { reference: 'T-7K3M9Q', category: 'order', priority: 'normal', summary: 'Box torn' },
  });
  assert.equal(received[0]?.body, received[1]?.body);
});

for (const [status, kind] of [
  [500, 'unavailable'],
  [404, 'unavailable'],
  [307, 'unavailable'],
  [410, 'refused'],
  [400, 'refused'],
] as const) {
  test(`a receiver that answers ${status} makes it ${kind}`, async (t) => {
    const { url } = await receiver(t, status);
    const desk = createWebhook({ url, secret, nowMs: Date.now });
    await assert.rejects(desk.deliver(ticket, delivery), (error) => error instanceof DeskError && error.kind === kind);
  });
}
