import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDoor } from './door.ts';

const rest = 'https://shop.example/wp-json/aiguy/v1/';
const door = 'https://shop.example/wp-admin/admin-ajax.php?action=aiguy&route=';
const refused = { code: 'rest_login_required', message: 'No.', data: { status: 401 } };
const ours = { code: 'origin_not_allowed', message: 'No.', requestId: 'r' };

function startDoor(answers: unknown[], { remembered = null as string | null, other = door } = {}) {
  const sent: string[] = [];
  const memory = { value: remembered, read: () => memory.value, write: (value: string) => (memory.value = value) };
  const send = async ({ url }: { url: string }) => {
    sent.push(url);
    const answer = answers.shift();
    return answer === 'ok' ? answer : Promise.reject(answer);
  };
  const made = createDoor({ rest, door: other, send, memory });
  const open = async () => await made.send({ url: `${rest}session`, method: 'POST', headers: {}, data: {}, signal: AbortSignal.timeout(1000) });
  return { sent, memory, open, through: made.through };
}

test('where REST answers, nothing else is tried', async () => {
  const { open, sent, memory, through } = startDoor(['ok']);
  await open();
  assert.deepEqual([sent, memory.value], [[`${rest}session`], null]);
  assert.equal(through(`${rest}chat?after=1`), `${rest}chat?after=1`);
});

for (const [what, refusal] of [
  ['a refusal that is not ours', refused],
  ['a page instead of an answer', { code: 'invalid_json', message: 'No.' }],
] as const) {
  test(`${what} leads to the other door, for every request of the tab from then on`, async () => {
    const { open, sent, memory, through } = startDoor([refusal, 'ok', 'ok']);
    await open();
    await open();
    assert.deepEqual(sent, [`${rest}session`, `${door}session`, `${door}session`]);
    assert.equal(memory.value, 'ajax');
    assert.equal(through(`${rest}chat?after=1&wait=2`), `${door}chat&after=1&wait=2`);
    assert.equal(through('https://chat.example/chat?x=1'), 'https://chat.example/chat?x=1');
  });
}

test('a tab that knows the other door begins there', async () => {
  const { open, sent } = startDoor(['ok'], { remembered: 'ajax' });
  await open();
  assert.deepEqual(sent, [`${door}session`]);
});

test('what the plugin refuses, and what nobody answered, is told and not tried again', async () => {
  for (const error of [ours, { code: 'fetch_error' }, { code: 'offline_error' }, new DOMException('late', 'TimeoutError')]) {
    const { open, sent } = startDoor([error]);
    await assert.rejects(open(), error);
    assert.equal(sent.length, 1);
  }
});

test('where both doors are shut, or there is only one, REST stays the way', async () => {
  const shut = startDoor([refused, { code: 'invalid_json' }, refused, 'ok']);
  await assert.rejects(shut.open(), { code: 'invalid_json' });
  await shut.open();
  assert.deepEqual(shut.sent.slice(2), [`${rest}session`, `${door}session`]);
  const single = startDoor([refused], { other: '', remembered: 'ajax' });
  await assert.rejects(single.open(), refused);
});
