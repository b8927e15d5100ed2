/// <reference lib="dom" />
// What the chat costs a page, in Chromium on a real WordPress: bytes, requests, main thread, layout shift and largest paint, without it, closed and opened.
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { startBrowser } from '../test/browser.ts';
import { startSite, startUpstream } from '../wp-plugin/tests/site.ts';
import { percentile } from './processes.ts';

export type PageSpeed = {
  name: string;
  requests: number;
  /** As a server with gzip sends them, without their heads. */
  transferBytes: number;
  /** Of all tasks of the page's main thread. */
  mainThreadMs: number;
  /** What tasks take beyond 50 ms each. */
  blockingMs: number;
  layoutShift: number;
  largestPaintMs: number | null;
};

/** A phone of the middle class, as Lighthouse takes it. */
const cpuSlowdown = 4;
const viewport = { width: 412, height: 823 };
const quietMs = 1_000;
const openTimeoutMs = 30_000;
const text = '<!-- wp:paragraph --><p>Kettles, boots, headphones, lamps and bicycles.</p><!-- /wp:paragraph -->';
const pages = [
  { name: 'without the chat', content: text },
  { name: 'chat in the page, closed', content: `<!-- wp:aiguy/chat /-->${text}` },
  { name: 'chat in the corner, closed', content: `${text}<!-- wp:aiguy/chat {"position":"floating"} /-->` },
];
const opened = 'the same, opened by a click';

/** @param options.runs of each page, taken in turn; the medians are given */
export async function measurePageSpeed({ runs, say }: { runs: number; say: (line: string) => void }): Promise<PageSpeed[]> {
  const upstream = await startUpstream();
  upstream.answer = (_request, response) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end();
  const site = await startSite(upstream.url);
  const browser = await startBrowser();
  try {
    const urls = pages.map(({ content }) =>
      site.evaluate(
        `kses_remove_filters(); echo get_permalink( wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Shop', 'post_content' => '${content}' ) ) );`,
      ),
    );
    const samples: PageSpeed[] = [];
    // The first visit fills the caches of WordPress and PHP.
    for (let run = -1; run < runs; run += 1) {
      for (const [index, { name }] of pages.entries()) {
        const seen = await visit(browser, urls[index] ?? '', name);
        if (run >= 0) samples.push(...seen);
      }
    }
    const rows = [...new Set(samples.map(({ name }) => name))].map((name) => median(samples.filter((sample) => sample.name === name)));
    for (const line of toTable(rows)) say(line);
    return rows;
  } finally {
    await browser.close();
    await site.stop();
    upstream.stop();
  }
}

/** @returns the page as it loads, and where it has a chat in the corner what opening it adds */
async function visit(browser: Browser, url: string, name: string): Promise<PageSpeed[]> {
  const context = await browser.newContext({ viewport, isMobile: true, hasTouch: true });
  try {
    const page = await context.newPage();
    // The theme's fonts move its own texts whenever they arrive.
    await page.route(/\.woff2?(\?|$)/, (route) => route.abort());
    const cdp = await context.newCDPSession(page);
    const traffic = await watchTraffic(cdp);
    await cdp.send('Performance.enable');
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: cpuSlowdown });
    await page.addInitScript(observe);
    await page.goto(url, { waitUntil: 'load' });
    await page.waitForTimeout(quietMs);
    const loaded = await readFigures(page, cdp, traffic);
    if (!name.includes('corner')) return [{ name, ...loaded }];
    await page.getByRole('button', { name: 'Open the chat' }).tap();
    await page.getByRole('textbox', { name: 'Write a message' }).waitFor({ timeout: openTimeoutMs });
    await page.waitForTimeout(quietMs);
    const after = await readFigures(page, cdp, traffic);
    return [
      { name, ...loaded },
      { name: opened, ...difference(after, loaded), largestPaintMs: null },
    ];
  } finally {
    await context.close();
  }
}

type Figures = Omit<PageSpeed, 'name'>;
type Observed = { blockingMs: number; layoutShift: number; largestPaintMs: number };

/** Runs in the page, before anything else of it. */
function observe(): void {
  const observed = { blockingMs: 0, layoutShift: 0, largestPaintMs: 0 };
  Object.assign(window, { observed });
  const each = (type: string, take: (entry: PerformanceEntry & { value: number }) => void) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) take(entry as PerformanceEntry & { value: number });
    }).observe({ type, buffered: true });
  each('longtask', ({ duration }) => {
    observed.blockingMs += duration - 50;
  });
  // Not left out: what happens within half a second of the tap, which the usual score forgives.
  each('layout-shift', ({ value }) => {
    observed.layoutShift += value;
  });
  each('largest-contentful-paint', ({ startTime }) => {
    observed.largestPaintMs = startTime;
  });
}

type Traffic = { requests: number; bodies: Promise<number>[] };

async function watchTraffic(cdp: CDPSession): Promise<Traffic> {
  const traffic: Traffic = { requests: 0, bodies: [] };
  const types = new Map<string, string>();
  await cdp.send('Network.enable');
  cdp.on('Network.responseReceived', ({ requestId, response }) => types.set(requestId, response.mimeType));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    traffic.requests += 1;
    const isText = /text|json|javascript|xml|svg/.test(types.get(requestId) ?? '');
    const gzipped = async () => {
      const { body, base64Encoded } = await cdp.send('Network.getResponseBody', { requestId });
      return gzipSync(Buffer.from(body, base64Encoded ? 'base64' : 'utf8')).length;
    };
    traffic.bodies.push(isText ? gzipped().catch(() => encodedDataLength) : Promise.resolve(encodedDataLength));
  });
  return traffic;
}

async function readFigures(page: Page, cdp: CDPSession, traffic: Traffic): Promise<Figures> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const observed = await page.evaluate(() => (window as unknown as { observed: Observed }).observed);
  const bytes = await Promise.all(traffic.bodies);
  const taskSeconds = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  return { requests: traffic.requests, transferBytes: bytes.reduce((sum, one) => sum + one, 0), mainThreadMs: taskSeconds * 1000, ...observed };
}

function difference(after: Figures, before: Figures): Figures {
  const of = (name: 'requests' | 'transferBytes' | 'mainThreadMs' | 'blockingMs' | 'layoutShift') => after[name] - before[name];
  return {
    requests: of('requests'),
    transferBytes: of('transferBytes'),
    mainThreadMs: of('mainThreadMs'),
    blockingMs: of('blockingMs'),
    layoutShift: of('layoutShift'),
    largestPaintMs: null,
  };
}

function median(samples: PageSpeed[]): PageSpeed {
  const of = (name: keyof Figures) =>
    percentile(
      samples.map((sample) => sample[name] ?? Number.NaN),
      0.5,
    );
  const largestPaintMs = samples[0]?.largestPaintMs === null ? null : of('largestPaintMs');
  const figures = { requests: of('requests'), transferBytes: of('transferBytes'), mainThreadMs: of('mainThreadMs'), blockingMs: of('blockingMs') };
  return { name: samples[0]?.name ?? '', ...figures, layoutShift: of('layoutShift'), largestPaintMs };
}

function toTable(rows: PageSpeed[]): string[] {
  const head = ['page', 'requests', 'kB (gzip)', 'main thread ms', 'blocking ms', 'layout shift', 'largest paint ms'];
  const cells = rows.map((row) => [
    row.name,
    String(row.requests),
    (row.transferBytes / 1000).toFixed(1),
    row.mainThreadMs.toFixed(0),
    row.blockingMs.toFixed(0),
    row.layoutShift.toFixed(4),
    row.largestPaintMs === null ? '–' : row.largestPaintMs.toFixed(0),
  ]);
  const lines = [head, ...cells].map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(column === 0 ? 28 : (head[column]?.length ?? 0))).join(' | ')} |`,
  );
  return [lines[0] ?? '', lines[0]?.replace(/[^|]/g, '-').replaceAll('-|', ' |').replaceAll('|-', '| ') ?? '', ...lines.slice(1)];
}
