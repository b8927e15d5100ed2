// The contract of every tool, driven by the manifests: a new tool is tested the day its JSON lands.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Catalogue, isOffered, loadManifests, type Tool } from '@aiguy/manifests/load';
import type { Service } from '@aiguy/manifests/service';
import { signToken } from '@aiguy/manifests/tokens';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { Handler, WriteHandler } from '../src/tools/handler.ts';
import { directToken, type Harness, newSid, startHarness, visitorHeaders } from './harness.ts';

let harness: Harness;
let service: Service;
const tools = [...loadManifests().values()];

before(async () => {
  harness = await startHarness();
  service = await harness.build();
});
after(async () => await harness.close());

type Call = { tool: string; args?: unknown; headers?: Record<string, string>; body?: string | Buffer; on?: Service };

async function call({ tool, args, headers, body, on = service }: Call) {
  const response = await on.app.inject({
    method: 'POST',
    url: `/tools/${tool}`,
    headers: {
      authorization: `Bearer ${await directToken(harness)}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      ...headers,
    },
    payload: body ?? JSON.stringify(args),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.json() as { code?: string; requestId?: string; output?: Record<string, unknown>; details?: unknown },
  };
}

const exampleOf = (tool: Tool) => ({ ...tool.manifest.examples[0]?.input, ...typedInto(tool) });

/** What somebody might type into the tool's form, where everyone must. */
function typedInto({ manifest: { form } }: Tool): Record<string, unknown> {
  if (form?.for !== 'everyone') return {};
  return Object.fromEntries(Object.entries(form.schema.properties).map(([name, { format }]) => [name, format ? 'mia@example.com' : '123456']));
}

/** A handler of the tool's kind. */
function handlerOf(tool: Tool, handle: Handler): Handler | WriteHandler {
  if (tool.manifest.effect === 'read') return handle;
  const nothing = { summary: 'Nothing', facts: [] };
  return { run: handle, preview: async () => nothing };
}

for (const tool of tools) {
  const { name, scope } = tool.manifest;
  const args = exampleOf(tool);

  test(`${name} answers a direct caller and a visitor with what its output schema says`, async () => {
    // What writes do to the shop, and guests' steps to what guests may, is in files of their own; a second page of the same would be refused here.
    const isWhole = tool.manifest.effect === 'read' && isOffered(tool.manifest) && !tool.manifest.page;
    const on = isWhole ? service : await harness.build({ handlers: { [name]: handlerOf(tool, outputOf(tool)) } });
    const direct = await call({ tool: name, args, on });
    assert.equal(direct.status, 200, JSON.stringify(direct.body));
    assert.ok(tool.validateOutput(direct.body.output));
    const visitor = await call({
      tool: name,
      on,
      args,
      headers: await visitorHeaders(harness, { sub: await ownerOf('W2530531'), tool: name, scope, args }),
    });
    // A file is made for each caller anew.
    assert.deepEqual({ ...visitor.body.output, file: undefined }, { ...direct.body.output, file: undefined });
  });

  test(`${name}: 401 for every credential that does not hold, all alike`, async () => {
    const nowS = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'urn:test:direct',
      aud: 'tools-api',
      sub: 'customer:aarav_martin_9556',
      scopes: [scope],
      jti: randomUUID(),
      iat: nowS,
      exp: nowS + 60,
    };
    const header = { alg: 'EdDSA', kid: 'key-1', typ: 'tools-access+jwt' };
    const sign = async (payload: object, head: object = header) =>
      await new SignJWT(payload as never).setProtectedHeader(head as never).sign(harness.direct.key.privateKey);
    const good = { sub: 'customer:aarav_martin_9556', scopes: [scope], jti: randomUUID() };
    const tokens: Record<string, string> = {
      none: '',
      forged: await signToken('tools-access', { ...harness.site.key, issuer: 'urn:test:direct' }, good),
      'a strange issuer': await sign({ ...claims, iss: 'urn:evil' }),
      expired: await sign({ ...claims, iat: nowS - 4000, exp: nowS - 400 }),
      'another audience': await sign({ ...claims, aud: 'orchestrator' }),
      'another kind': await sign(claims, { ...header, typ: 'JWT' }),
      'a day long': await sign({ ...claims, exp: nowS + 86_400 }),
      'scopes as text': await sign({ ...claims, scopes: scope }),
      'an unknown claim': await sign({ ...claims, admin: true }),
      HS256: await new SignJWT(claims as never).setProtectedHeader({ alg: 'HS256', typ: header.typ }).sign(Buffer.from('x'.repeat(32))),
      'alg none': new UnsecuredJWT(claims).encode(),
      'a visitor assertion': await signToken('visitor-assertion', harness.site.key, {
        sub: 'wp:1:1008',
        sid: newSid(),
        scopes: [scope],
        jti: randomUUID(),
      }),
    };
    for (const [what, token] of Object.entries(tokens)) {
      const answer = await call({ tool: name, args, headers: { authorization: `Bearer ${token}` } });
      assert.deepEqual([answer.status, answer.body.code], [401, 'invalid_token'], what);
    }
  });

  test(`${name}: a tool token is for this tool and these arguments alone, and needs the assertion of the same visitor`, async () => {
    const sid = newSid();
    const mine = { sub: 'wp:1:1008', sid, tool: name, scope, args };
    const headers = await visitorHeaders(harness, mine);
    const otherArgs = await visitorHeaders(harness, { ...mine, args: { other: 1 } });
    const otherTool = await visitorHeaders(harness, { ...mine, tool: 'another_tool' });
    const stranger = await visitorHeaders(harness, { ...mine, sub: 'wp:1:1009' });
    const otherSession = await visitorHeaders(harness, { ...mine, sid: newSid() });
    const noScope = await visitorHeaders(harness, { ...mine, scopes: [] });
    const cases: [string, Record<string, string>, number, string][] = [
      ['other arguments', otherArgs, 401, 'invalid_token'],
      ['another tool', otherTool, 401, 'invalid_token'],
      ['no assertion', { authorization: headers.authorization }, 403, 'subject_mismatch'],
      ['another visitor’s assertion', { ...headers, 'x-visitor-assertion': stranger['x-visitor-assertion'] }, 403, 'subject_mismatch'],
      ['another session’s assertion', { ...headers, 'x-visitor-assertion': otherSession['x-visitor-assertion'] }, 403, 'subject_mismatch'],
      ['a forged assertion', { ...headers, 'x-visitor-assertion': `${headers['x-visitor-assertion'].slice(0, -6)}AAAAAA` }, 401, 'invalid_token'],
      ['an assertion without the scope', noScope, 403, 'insufficient_scope'],
    ];
    for (const [what, given, status, code] of cases) {
      const answer = await call({ tool: name, args, headers: given });
      assert.deepEqual([answer.status, answer.body.code], [status, code], what);
    }
  });

  test(`${name}: 403 without its scope`, async () => {
    const answer = await call({ tool: name, args, headers: { authorization: `Bearer ${await directToken(harness, { scopes: [] })}` } });
    assert.deepEqual([answer.status, answer.body.code], [403, 'insufficient_scope']);
  });

  test(`${name}: 400 for arguments that break the schema; nothing is coerced or dropped`, async () => {
    const [first] = Object.keys(args);
    const on = await harness.build({ catalogue: changed(name, { rate: { per_minute: 600 } }) });
    const bodies: Record<string, string> = {
      'an unknown field': JSON.stringify({ ...args, customer_id: 'aarav_martin_9556' }),
      ...(first && {
        'a missing field': '{}',
        'a list for a text': JSON.stringify({ ...args, [first]: ['W2530531'] }),
        'a number for a text': JSON.stringify({ ...args, [first]: 5 }),
        'a condition for a text': JSON.stringify({ ...args, [first]: { $ne: null } }),
      }),
      'no object': '"W2530531"',
      null: 'null',
    };
    for (const [what, body] of Object.entries(bodies)) {
      const answer = await call({ tool: name, body, on });
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_input'], what);
    }
    for (const body of [
      '{"__proto__":{"scopes":["x"]}}',
      '{"constructor":{"prototype":{}}}',
      '{',
      '',
      '{"a":"\\ud800"}',
      '{"a":"\\u0000"}',
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    ]) {
      assert.deepEqual((await call({ tool: name, body })).body.code, 'invalid_request', String(body));
    }
  });

  test(`${name}: 413 and 415 for what is too large or no JSON`, async () => {
    assert.equal((await call({ tool: name, body: JSON.stringify({ a: 'x'.repeat(70_000) }) })).status, 413);
    assert.equal(
      (await call({ tool: name, body: 'order_id=W2530531', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status,
      415,
    );
  });

  test(`${name}: 429 with Retry-After after its calls of a minute, for this subject alone`, async () => {
    const limited = await harness.build({
      catalogue: changed(name, { rate: { per_minute: 2 } }),
      handlers: { [name]: handlerOf(tool, outputOf(tool)) },
    });
    const subject = { authorization: `Bearer ${await directToken(harness, { sub: 'customer:yara_sanchez_9692' })}` };
    const statuses = [];
    for (let attempt = 0; attempt < 3; attempt += 1) statuses.push(await call({ tool: name, args, headers: subject, on: limited }));
    assert.deepEqual(
      statuses.map(({ status }) => status),
      [200, 200, 429],
    );
    assert.equal(statuses[2]?.body.code, 'tool_rate_limited');
    assert.ok(Number(statuses[2]?.headers['retry-after']) >= 1);
    assert.equal((await call({ tool: name, args, on: limited })).status, 200);
  });

  test(`${name}: 504 when it does not answer in its time`, async () => {
    const slow = await harness.build({
      catalogue: changed(name, { timeouts_ms: { attempt: 50, total: 100 } }),
      handlers: { [name]: handlerOf(tool, () => new Promise(() => undefined)) },
    });
    const answer = await call({ tool: name, args, on: slow });
    assert.deepEqual([answer.status, answer.body.code], [504, 'tool_timeout']);
  });

  test(`${name}: 502 when it fails, or answers against its contract, without a word of why`, async () => {
    const failing: Handler = async () => {
      throw new Error('password of the database is hunter2');
    };
    const inventive: Handler = async () => ({ ...tool.manifest.examples[0]?.output, email: 'a@example.com' });
    for (const [handler, code] of [
      [failing, 'tool_failed'],
      [inventive, 'tool_output_invalid'],
    ] as const) {
      const answer = await call({ tool: name, args, on: await harness.build({ handlers: { [name]: handlerOf(tool, handler) } }) });
      assert.deepEqual([answer.status, answer.body.code], [502, code]);
      assert.ok(!JSON.stringify(answer.body).includes('hunter2'));
    }
  });
}

test('404 for a tool that does not exist', async () => {
  const answer = await call({ tool: 'drop_tables', args: {} });
  assert.deepEqual([answer.status, answer.body.code], [404, 'unknown_tool']);
});

test('an order is readable exactly by its owner; another’s order and no order are the same answer', async () => {
  const { rows } = await harness.database.query<{ order_id: string; customer_id: string; wp_user_id: string }>(
    'SELECT order_id, customer_id, wp_user_id FROM orders JOIN customers USING (customer_id) ORDER BY order_id LIMIT 24',
  );
  const args = (orderId: string) => ({ order_id: orderId });
  const own = await harness.build({ catalogue: changed('get_order_status', { rate: { per_minute: 600 } }) });
  const nothing = await call({ tool: 'get_order_status', args: args('W0000000'), on: own });
  for (const reader of rows.slice(0, 20)) {
    for (const order of rows) {
      const headers = await visitorHeaders(harness, {
        sub: `wp:1:${reader.wp_user_id}`,
        tool: 'get_order_status',
        scope: 'order:read',
        args: args(order.order_id),
      });
      const answer = await call({ tool: 'get_order_status', args: args(order.order_id), headers, on: own });
      if (reader.customer_id === order.customer_id) assert.equal(answer.body.output?.order_id, order.order_id);
      else assert.deepEqual([answer.status, { ...answer.body, requestId: '' }], [404, { ...nothing.body, requestId: '' }]);
    }
  }
});

test('users of other sites and customer ids from a site’s signature have no orders', async () => {
  const args = { order_id: 'W2530531' };
  for (const sub of ['wp:1:999999', 'customer:aarav_martin_9556']) {
    const headers = await visitorHeaders(harness, { sub, tool: 'get_order_status', scope: 'order:read', args });
    assert.equal((await call({ tool: 'get_order_status', args, headers })).status, 404, sub);
  }
});

test('each attempt is on record once, names nobody, and can’t be changed', async () => {
  const headers = await visitorHeaders(harness, {
    sub: 'wp:1:424242',
    tool: 'get_order_status',
    scope: 'order:read',
    args: { order_id: 'W2530531' },
  });
  const answer = await call({ tool: 'get_order_status', args: { order_id: 'W2530531' }, headers });
  const { rows } = await harness.database.query('SELECT * FROM audit WHERE request_id = $1', [answer.body.requestId]);
  assert.equal(rows.length, 1);
  assert.deepEqual([rows[0].tool, rows[0].decision, rows[0].code], ['get_order_status', 'denied', 'not_found']);
  assert.ok(!/424242|W2530531/.test(JSON.stringify(rows[0])));
  await assert.rejects(harness.database.query('DELETE FROM audit'), /append-only/);
  await assert.rejects(harness.database.query('UPDATE audit SET code = $1', ['ok']), /append-only/);
});

test('a token lists only the tools of its scopes', async () => {
  const list = async (scopes: string[]) => {
    const response = await service.app.inject({ url: '/tools', headers: { authorization: `Bearer ${await directToken(harness, { scopes })}` } });
    return (response.json() as { tools: { name: string }[] }).tools.map((tool) => tool.name);
  };
  assert.deepEqual(await list(['docs:read']), ['retrieve_docs', 'run_troubleshooting']);
  assert.deepEqual(await list([]), []);
});

function outputOf(tool: Tool): Handler {
  return async () => tool.manifest.examples[0]?.output ?? {};
}

/** The shipped catalogue with one manifest changed. */
function changed(name: string, change: Partial<Tool['manifest']>): Catalogue {
  return new Map([...loadManifests()].map(([key, tool]) => [key, key === name ? { ...tool, manifest: { ...tool.manifest, ...change } } : tool]));
}

async function ownerOf(orderId: string): Promise<string> {
  const { rows } = await harness.database.query('SELECT wp_user_id FROM orders JOIN customers USING (customer_id) WHERE order_id = $1', [orderId]);
  return `wp:1:${rows[0].wp_user_id}`;
}
