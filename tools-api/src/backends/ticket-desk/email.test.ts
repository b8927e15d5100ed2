// The real mail client against a real mail server on loopback.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startMailServer } from '../mail-server.fixture.ts';
import { DeskError, type DeskTicket } from './desk.ts';
import { createEmail } from './email.ts';

const ticket: DeskTicket = {
  reference: 'T-7K3M9Q',
  category: 'delivery',
  priority: 'urgent',
  summary: 'Parcel arrived smashed\r\nBcc: somebody@elsewhere.example',
  details: 'Photos follow.',
  email: 'jo@example.com',
  createdAt: new Date('2026-11-21T09:30:00Z'),
};
const delivery = { id: '5f0c1f4e-7a52-4a0e-9d38-0b0d3f1f6a11', isRepeated: false, signal: AbortSignal.timeout(5000) };

async function startDesk(t: TestContext, refuse?: { code: number }) {
  const server = await startMailServer({ refuse });
  t.after(server.close);
  const desk = (password?: string) => {
    const made = createEmail({ url: server.url(password), from: 'shop@shop.example', to: 'team@shop.example' });
    t.after(() => made.close());
    return made;
  };
  return { mails: server.mails, desk };
}

test('the team gets a mail that it can answer; what a visitor wrote becomes no header and no other receiver', async (t) => {
  const { mails, desk } = await startDesk(t);
  await desk().deliver(ticket, delivery);
  assert.deepEqual(
    mails.map(({ to }) => to),
    [['team@shop.example']],
  );
  const text = mails[0]?.text ?? '';
  const header = text.slice(0, text.indexOf('\r\n\r\n'));
  assert.match(header, /^Reply-To: <?jo@example\.com>?\r$/m);
  assert.match(header, /^Subject: \[T-7K3M9Q\] Parcel arrived smashed Bcc: somebody@elsewhere\.example\r$/m);
  assert.doesNotMatch(header, /^Bcc:/m);
  assert.match(header, /^Message-ID: <5f0c1f4e-7a52-4a0e-9d38-0b0d3f1f6a11@shop\.example>/m);
  assert.match(text, /Reference: T-7K3M9Q[\s\S]*Priority: urgent[\s\S]*Photos follow\./);
});

test('a repeated mail has the id of the first', async (t) => {
  const { mails, desk } = await startDesk(t);
  await desk().deliver(ticket, delivery);
  await desk().deliver(ticket, { ...delivery, isRepeated: true });
  const ids = mails.map(({ text }) => /^Message-ID: (.*)$/m.exec(text)?.[1]);
  assert.equal(ids[0], ids[1]);
});

for (const [code, kind] of [
  [552, 'refused'],
  [451, 'unavailable'],
] as const) {
  test(`a server that answers ${code} makes it ${kind}, and its words are not repeated`, async (t) => {
    const { desk } = await startDesk(t, { code });
    await assert.rejects(
      desk().deliver(ticket, delivery),
      (error) => error instanceof DeskError && error.kind === kind && !error.message.includes('Ticket'),
    );
  });
}

test('a wrong login and no server at all are nothing that the ticket is to blame for', async (t) => {
  const { desk } = await startDesk(t);
  const nobody = createEmail({ url: 'smtp://127.0.0.1:1', from: 'shop@shop.example', to: 'team@shop.example' });
  t.after(() => nobody.close());
  for (const wrong of [desk('wrong'), nobody])
    await assert.rejects(wrong.deliver(ticket, delivery), (error) => error instanceof DeskError && error.kind === 'unavailable');
});
