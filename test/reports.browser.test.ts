/// <reference lib="dom" />
// AIGuy → Reports as the owner meets it: figures, plots with their tables, the file for spreadsheets, and the weekly mail; also with nothing to show.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { Report } from '@aiguy/manifests/generated/http';
import type { Browser, Page } from 'playwright-core';
import type { NativeWordPress } from '../scripts/wordpress/native.ts';
import { startSite, startUpstream, type Upstream } from '../wp-plugin/tests/site.ts';
import { signIn, startBrowser, testSite } from './browser.ts';

let site: NativeWordPress;
let upstream: Upstream;
let browser: Browser;
let page: Page;
let isEmpty = false;
let month: Report['budget']['month'] = { costMicroUsd: 4_100_000, capMicroUsd: null, isMet: false };

before(async () => {
  upstream = await startUpstream();
  upstream.answer = ({ url }, response) => {
    const query = new URL(url, upstream.url).searchParams;
    const answer = url.startsWith('/staff/site') ? info : reportOf(query.get('from') ?? '', query.get('to') ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };
  [site, browser] = await Promise.all([startSite(upstream.url, [], testSite), startBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  await signIn(context, site, { login: 'owner', password: 'owner-demo' });
  page = await context.newPage();
});
after(async () => {
  await browser.close();
  await site.stop();
  upstream.stop();
});

const info = {
  issuer: 'x',
  version: '1',
  time: '',
  model: { provider: 'anthropic', plan: 'claude-haiku-5-5', answer: 'claude-sonnet-5-5', allowed: [] },
  tools: [],
  scopes: [],
};

type Figures = Report['total'];

/** The same figures each day, but for a wave. */
function reportOf(from: string, to: string): Report {
  const days: Report['days'] = [];
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += 86_400_000) {
    days.push({
      day: new Date(ms).toISOString().slice(0, 10),
      figures: figuresOf(isEmpty ? 0 : 1 + (days.length % 7)),
      caps: { messages: 500, costMicroUsd: 250_000 },
    });
  }
  const sum = (pick: (figures: Figures) => number) => days.reduce((total, { figures }) => total + pick(figures), 0);
  const total = {
    ...figuresOf(1),
    conversations: sum((one) => one.conversations),
    messages: sum((one) => one.messages),
    costMicroUsd: sum((one) => one.costMicroUsd),
  };
  return {
    from,
    to,
    timeZone: '+05:45',
    asOf: new Date().toISOString(),
    keptDays: 30,
    budget: { day: { costMicroUsd: 0, capMicroUsd: 250_000, isMet: false }, month },
    total: isEmpty ? figuresOf(0) : total,
    days,
    tools: [{ name: 'get_order_status', title: 'Looking up your order', calls: 40, errors: 2 }],
    questions: isEmpty ? [] : [{ question: '<img src=x onerror="document.title=1"> Where is my order?', count: 12, unanswered: 3 }],
  };
}

function figuresOf(size: number): Figures {
  return {
    conversations: 9 * size,
    messages: 21 * size,
    outcomes: { confirmed: 3 * size, assumed: 2 * size, abandoned: size, reopened: size, escalated: size, open: size },
    ratings: { up: 4 * size, down: size, stars: [0, size, 0, size, 2 * size] },
    firstAnswerMs: size === 0 ? { p50: null, p95: null } : { p50: 700 + 40 * size, p95: 1900 + 90 * size },
    toolCalls: 12 * size,
    toolErrors: size,
    capped: size > 5 ? 2 : 0,
    tokens: { input: 900 * size, cacheRead: 4000 * size, cacheWrite: 0, output: 300 * size },
    costMicroUsd: 31_000 * size,
  };
}

async function openReports(): Promise<void> {
  await page.goto(`${site.url}/wp-admin/admin.php?page=aiguy-reports`);
  await page.getByRole('heading', { name: 'These figures by e-mail' }).waitFor();
}

async function violations(): Promise<string[]> {
  await page.addScriptTag({ content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8') });
  return await page.evaluate(async () => {
    type Axe = { run: (context: object, options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    const { axe } = window as unknown as { axe: Axe };
    const { violations } = await axe.run({ include: [['#aiguy-admin']] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
    return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`);
  });
}

test('figures, plots and what visitors asked are shown, visitors’ words as words, with no barrier', async () => {
  await openReports();
  await page.getByRole('img', { name: /Conversations by how they ended/ }).waitFor();
  assert.equal(await page.getByRole('img').count(), 5);
  await page.getByRole('rowheader', { name: '<img src=x onerror="document.title=1"> Where is my order?' }).waitFor();
  assert.notEqual(await page.title(), '1');
  assert.deepEqual(await violations(), []);
});

test('each plot has its numbers in a table, and another period asks anew', async () => {
  await page.getByLabel('Period').selectOption({ label: 'Last 7 days' });
  const figure = page.getByRole('figure', { name: /Cost against the daily limit/ });
  await figure.getByText('Show as a table').click();
  await page.waitForFunction(
    () =>
      document.querySelectorAll('.aiguy-plot[aria-busy]').length === 0 &&
      document.querySelectorAll('.aiguy-plot details[open] tbody tr').length === 7,
  );
  assert.equal(await figure.getByRole('row').nth(1).getByRole('cell').first().textContent(), '$0.0310');
  assert.equal(await figure.getByRole('row').nth(1).getByRole('cell').last().textContent(), '$0.25');
});

test('the figures come as a file for spreadsheets', async () => {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download as CSV' }).click()]);
  const lines = readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\r\n');
  assert.deepEqual(
    [lines.length, lines[0]?.startsWith('day,conversations,messages,confirmed'), lines[1]?.split(',').slice(1, 4)],
    [8, true, ['9', '21', '3']],
  );
});

test('an owner asks for the weekly mail with one tick, and sees when it comes', async () => {
  await page.getByLabel('Send them to me each Monday').check();
  await page.locator('#weekly').getByText('Saved.', { exact: true }).waitFor();
  await page.getByText(/^The next one: Monday/).waitFor();
  await page.getByLabel('And to these addresses').fill('boss@shop.example, nobody');
  await page.getByRole('button', { name: 'Save addresses' }).click();
  await page.locator('#weekly').getByText('Write one e-mail address a line, at most 20.', { exact: true }).waitFor();
});

test('with no conversations the screen says so, and the overview shows today and its limits', async () => {
  isEmpty = true;
  await openReports();
  await page.getByRole('heading', { name: 'No conversations in these days' }).waitFor();
  assert.deepEqual(await violations(), []);
  isEmpty = false;
  await page.goto(`${site.url}/wp-admin/admin.php?page=aiguy-overview`);
  await page.getByRole('meter', { name: 'Cost' }).waitFor();
  await page.getByText('$0.0310 of $0.25').waitFor();
  assert.deepEqual(await violations(), []);
});

test('a month that has a limit of its own stands against it, on the overview and by the cost of the days', async () => {
  month = { costMicroUsd: 4_100_000, capMicroUsd: 5_000_000, isMet: false };
  await page.reload();
  await page.getByRole('meter', { name: 'Cost this month' }).waitFor();
  await page.getByText('$4.10 of $5.00').waitFor();
  await page.getByText('This month’s budget is nearly or wholly used.').first().waitFor();
  assert.deepEqual(await violations(), []);
  await openReports();
  await page.getByText('This calendar month: $4.10 of $5.00.').waitFor();
  assert.deepEqual(await violations(), []);
  month = { costMicroUsd: 4_100_000, capMicroUsd: null, isMet: false };
});
