// What a visit to a page of the site guarantees that does not answer soon: it goes on in the queue, under the same guards, and is told once it is there.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { inTransaction } from '@aiguy/manifests/database';
import type { TaskReference, TaskStatus } from '@aiguy/manifests/generated/http';
import type { Service } from '@aiguy/manifests/service';
import { Registry } from 'prom-client';
import { until } from '../../scripts/until.ts';
import { createSitePages } from '../src/backends/pages/site-pages.ts';
import { type OpenTasks, openLongTasks } from '../src/tasks/long-tasks.ts';
import { createVisitTask } from '../src/tasks/visit-page.ts';
import { type Harness, newSid, startHarness, visitorHeaders } from './harness.ts';
import { bent } from './write-harness.ts';

/** The same guarantees on a server with many connections: see page-visits.postgres.test.ts. */
const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

const tool = 'navigate_page';
const scope = 'page:read';
let site: Server;
let home: string;
let other: Server;
let askedElsewhere = 0;
let asked: string[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let harness: Harness;
let tasks: OpenTasks;
let service: Service;

const cart = (response: ServerResponse) =>
  void response
    .writeHead(200, { 'Content-Type': 'text/html' })
    .end(
      '<!doctype html><html><head><title>Cart</title></head><body><h1>Your cart</h1><label>Coupon code <input></label><button>Check out</button></body></html>',
    );
const down = (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(503, { 'Content-Type': 'text/html' }).end('<h1>Later</h1>');

before(async () => {
  site = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  other = createServer((_request, response) => {
    askedElsewhere += 1;
    response.end('<h1>Secret</h1>');
  });
  for (const one of [site, other]) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  home = `http://localhost:${(site.address() as AddressInfo).port}`;
  harness = await startHarness({ start: nativePostgres?.startNativePostgres, shopOnly: true });
  await begin();
});
beforeEach(async () => {
  asked = [];
  askedElsewhere = 0;
  answer = (_request, response) => cart(response);
  await harness.database.query('DELETE FROM tasks');
  await harness.database.query('DELETE FROM task_jobs.job');
});
after(async () => {
  await tasks?.stop();
  await harness?.close();
  for (const one of [site, other]) {
    one.closeAllConnections();
    one.close();
  }
});

/** As a process does at boot; its memory of pages is empty. */
async function begin(): Promise<void> {
  const { database, databaseUrl } = harness;
  const pages = createSitePages();
  tasks = await openLongTasks({ database, databaseUrl, runners: { navigate_page: createVisitTask(pages) } });
  const { createNavigatePage } = await import('../src/tools/navigate_page/handler.ts');
  const issuer = { ...harness.site.issuer, issuer: home };
  service = await harness.build({
    catalogue: bent(),
    tasks,
    handlers: { [tool]: createNavigatePage({ pages }) },
    config: { TRUSTED_ISSUERS: [issuer, harness.orchestrator.issuer] },
  });
  await tasks.work({ log: { warn: () => undefined }, metrics: service.metrics });
}

type Who = { sub: string; sid: string };
type Visited = { status: number; ms: number; body: { code?: string; output?: Record<string, unknown>; task?: TaskReference } };

const newGuest = (): Who => ({ sub: `anon:${newSid().slice(0, 22)}`, sid: newSid() });
const siteKey = () => ({ ...harness.site.key, issuer: home });

async function visit(who: Who, url: string): Promise<Visited> {
  const args = { question: 'where is the coupon field', url };
  const headers = await visitorHeaders(harness, { ...who, key: siteKey(), tool, scope, args });
  const startedMs = performance.now();
  const response = await service.app.inject({ method: 'POST', url: `/tools/${tool}`, headers, payload: args });
  return { status: response.statusCode, ms: performance.now() - startedMs, body: response.json() };
}

async function statusOf(who: Who, { id }: TaskReference): Promise<TaskStatus> {
  const headers = await visitorHeaders(harness, { ...who, key: siteKey(), tool, scope, args: { task: id } });
  const response = await service.app.inject({ url: `/tasks/${id}`, headers });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

/** Of the visits of an earlier test one may still be on its way. */
const askedFor = (path: string) => asked.filter((url) => url === path).length;

/** The test's own time limit ends it. */
async function untilState(who: Who, task: TaskReference, state: TaskStatus['state']): Promise<TaskStatus> {
  let status = await statusOf(who, task);
  await until(async () => {
    status = await statusOf(who, task);
    return status.state === state;
  });
  return status;
}

/** Lets the pause between two attempts be over. */
async function hurry(): Promise<void> {
  await harness.database.query("UPDATE task_jobs.job SET start_after = now() WHERE name = 'tasks' AND state < 'active'");
  tasks.wake();
}

async function left(who: Who, url: string): Promise<TaskReference> {
  const { status, body } = await visit(who, url);
  assert.equal(status, 200, JSON.stringify(body));
  return body.task ?? assert.fail('nothing was left to the queue');
}

test('a page that answers soon is read within the call; no task is left', async () => {
  const { body } = await visit(newGuest(), '/cart/');
  assert.deepEqual([body.output?.source, body.output?.title, body.task], ['site', 'Cart', undefined]);
});

test('a page that takes longer is said to be on its way within some three seconds, and read with its address by the queue; then it is known', async () => {
  const held: ServerResponse[] = [];
  answer = (_request, response) => void held.push(response);
  const who = newGuest();
  const { status, ms, body } = await visit(who, '/slow-cart/?key=k');
  assert.ok(ms > 2900 && ms < 4500, `${ms} ms`);
  assert.equal(status, 200);
  assert.deepEqual([body.output?.source, body.output?.url], ['later', `${home}/slow-cart/`]);
  assert.equal(body.output?.summary, 'The page /slow-cart/ does not answer yet. I go on trying, and you will read here what it says.');
  assert.equal(body.task?.title, 'Reading the page');
  await until(() => held.length === 2);
  assert.equal((await statusOf(who, body.task as TaskReference)).state, 'running');
  cart(held[1] as ServerResponse);
  const done = await untilState(who, body.task as TaskReference, 'done');
  assert.equal(done.message, '/slow-cart/ has been read.');
  assert.equal(done.output?.summary, `I have read ${home}/slow-cart/ now. This is the page «Cart». Look for the field «Coupon code».`);
  const again = await visit(who, '/slow-cart/?key=k');
  assert.deepEqual([again.body.output?.source, again.body.task, askedFor('/slow-cart/?key=k')], ['site', undefined, 2]);
});

test('asked for again in the same conversation it is the same visit; elsewhere it is another', async () => {
  answer = down;
  const [who, stranger] = [newGuest(), newGuest()];
  const [first, second] = [await left(who, '/away/'), await left(who, '/away/')];
  assert.deepEqual(first, second);
  const third = await left({ ...who, sid: newSid() }, '/away/');
  const fourth = await left(stranger, '/away/');
  assert.equal(new Set([first.id, third.id, fourth.id]).size, 3);
  const headers = await visitorHeaders(harness, { ...stranger, key: siteKey(), tool, scope, args: { task: first.id } });
  assert.equal((await service.app.inject({ url: `/tasks/${first.id}`, headers })).statusCode, 404);
});

test('a site that is down is asked again in pauses that grow and differ; back again, the page is read once', async () => {
  answer = down;
  const who = newGuest();
  const task = await left(who, '/cart-of-a-site-that-is-down/');
  const pauseS = async () =>
    (
      await harness.database.query<{ s: number | null }>(
        "SELECT extract(epoch FROM start_after - started_on)::float AS s FROM task_jobs.job WHERE name = 'tasks' AND state = 'retry'",
      )
    ).rows[0]?.s ?? 0;
  await until(async () => (await pauseS()) > 9);
  const first = await pauseS();
  await hurry();
  await until(async () => (await pauseS()) > 19);
  assert.ok(first > 9 && first < 25 && !Number.isInteger(first), String(first));
  const waiting = await untilState(who, task, 'queued');
  assert.equal(waiting.message, '/cart-of-a-site-that-is-down/ does not answer yet. It is tried again.');
  answer = (_request, response) => cart(response);
  await hurry();
  const done = await untilState(who, task, 'done');
  assert.equal(done.output?.title, 'Cart');
  assert.equal(askedFor('/cart-of-a-site-that-is-down/'), 4);
});

test('a page that never answers lies among the dead letters after six attempts, says so, and is read when it is sent again', async () => {
  answer = down;
  const who = newGuest();
  const task = await left(who, '/gone-for-long/');
  await until(async () => {
    await hurry();
    return (await tasks.queue.deadLetters()).length === 1;
  });
  assert.equal(askedFor('/gone-for-long/'), 1 + 6);
  const [dead] = await tasks.queue.deadLetters();
  assert.deepEqual([dead?.taskId, dead?.reason], [task.id, 'failed with tool_unavailable']);
  await tasks.clearAway();
  const failed = await untilState(who, task, 'failed');
  assert.equal(failed.message, 'The page /gone-for-long/ did not answer, so I can’t say what is on it.');
  answer = (_request, response) => cart(response);
  assert.equal(await tasks.queue.redrive(harness.database, [task.id]), 1);
  tasks.wake();
  assert.equal((await untilState(who, task, 'done')).output?.title, 'Cart');
  assert.deepEqual(await tasks.queue.deadLetters(), []);
});

test('what leads elsewhere, is too large or is no page is refused by the queue as by the call, and reaches nobody', async () => {
  const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/other/': (response) => response.writeHead(302, { Location: elsewhere }).end(),
    '/inside/': (response) => response.writeHead(302, { Location: 'http://169.254.169.254/latest/' }).end(),
    '/large/': (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('x'.repeat(2 * 1024 * 1024 + 1)),
    '/json/': (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'),
  };
  for (const [path, give] of Object.entries(answers)) {
    answer = down;
    const who = newGuest();
    const task = await left(who, path);
    answer = (_request, response) => give(response);
    await until(async () => {
      await hurry();
      return (await statusOf(who, task)).state === 'done';
    });
    const { message, output } = await statusOf(who, task);
    assert.deepEqual([message, output], [`${path} holds no page that I can read.`, undefined]);
    assert.equal((await visit(newGuest(), path)).body.code, 'not_found');
  }
  assert.equal(askedElsewhere, 0);
});

test('a name that leads to a private address by the time of the attempt is not connected to', async () => {
  const { createWebClient } = await import('../src/backends/knowledge/sources/web-client.ts');
  const { port } = site.address() as AddressInfo;
  const resolve = (_host: string, done: (error: null, found: { address: string; family: number }[]) => void) =>
    done(null, [{ address: '127.0.0.1', family: 4 }]);
  const pages = createSitePages({ clientOf: (of) => createWebClient(of, { isPrivate: false, resolve: resolve as never }) });
  const attempt = { id: 'x', isRepeated: true, signal: AbortSignal.timeout(5000), progress: async () => undefined };
  const input = { site: `http://shop.example:${port}`, path: '/', question: 'x' };
  assert.deepEqual(await createVisitTask(pages).run(input, attempt), { message: '/ holds no page that I can read.' });
  assert.deepEqual(asked, []);
});

test('a visitor has three visits under way, a site ten; what comes beyond them fails as before', async () => {
  answer = down;
  const who = newGuest();
  for (const path of ['/1/', '/2/', '/3/']) await left(who, path);
  assert.deepEqual([(await visit(who, '/4/')).body.code, (await visit(who, '/3/')).status], ['tool_unavailable', 200]);
  for (let at = 4; at <= 10; at += 1) await left(newGuest(), `/${at}/`);
  assert.equal((await visit(newGuest(), '/11/')).body.code, 'tool_unavailable');
});

test('whatever else waits in the queue goes before a visit that waits', async () => {
  const done: string[] = [];
  const run = (name: string) => async () => {
    done.push(name);
    return { message: '' };
  };
  const words = { waiting: () => '', givenUp: () => '' };
  const patient = { ...createVisitTask(createSitePages()), run: run('visit') };
  const { database, databaseUrl } = harness;
  await tasks.stop();
  const waiting = await openLongTasks({ database, databaseUrl, runners: { [tool]: patient, send_order_code: { ...words, run: run('mail') } } });
  for (const [at, name] of [tool, tool, tool, 'send_order_code'].entries()) {
    const task = { tool: name, subject: { issuer: home, subject: 'x' }, orderKey: String(at), input: {}, title: 'x', message: '' };
    await inTransaction(database, async (connection) => void (await waiting.start(connection, task)));
  }
  await waiting.work({ log: { warn: () => undefined }, metrics: new Registry() });
  await until(() => done.length === 4);
  await waiting.stop();
  await begin();
  assert.ok(done.indexOf('mail') < 2, done.join());
});

test('the process ends at once with a visit under way, which goes on after its restart', async () => {
  const held: ServerResponse[] = [];
  answer = (_request, response) => void held.push(response);
  const who = newGuest();
  const task = await left(who, '/restarted/');
  await until(() => held.length === 2);
  const startedMs = performance.now();
  await tasks.stop();
  assert.ok(performance.now() - startedMs < 5000);
  assert.equal((await statusOf(who, task)).state, 'queued');
  answer = (_request, response) => cart(response);
  await begin();
  await hurry();
  await untilState(who, task, 'done');
});

test('the visit of a process that died goes on after its restart, and is told once', async () => {
  const held: ServerResponse[] = [];
  answer = (_request, response) => void held.push(response);
  const who = newGuest();
  const task = await left(who, '/killed/');
  await until(() => held.length === 2);
  // What a process that is killed leaves behind: a job that is being worked on, by nobody.
  await harness.database.query(
    "UPDATE task_jobs.job SET heartbeat_on = now() - interval '1 hour', started_on = now() - interval '1 hour' WHERE name = 'tasks'",
  );
  for (const response of held) response.destroy();
  answer = (_request, response) => cart(response);
  await tasks.stop();
  await begin();
  await until(async () => {
    await hurry();
    return (await statusOf(who, task)).state === 'done';
  });
  const { rows } = await harness.database.query("SELECT count(*)::int AS done FROM tasks WHERE state = 'done'");
  assert.deepEqual(rows, [{ done: 1 }]);
});
