// npm run bench -- busy: how long a site's home page takes while fifty visitors wait for answers, by the way that their chats take; nginx, php-fpm, MariaDB.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open, send } from '../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../scripts/wordpress/native.ts';
import { type PlayedOrchestrator, playOrchestrator } from '../test/doubles/orchestrator.ts';
import { startChat } from '../wp-plugin/tests/chat-client.ts';
import { Browser, chatPageOf } from '../wp-plugin/tests/host-scenario.ts';
import { startSite } from '../wp-plugin/tests/site.ts';
import { percentile } from './processes.ts';

export type BusySite = { chats: string; streamed: number; medianMs: number; slowestMs: number; views: number; unanswered: number };

const workers = 8;
const visitors = 50;
const pageViews = 20;
/** Then the others are not asked for. */
const unansweredMax = 3;
/** A page that takes longer counts as not answered. */
const patienceMs = 10_000;
const modes = [
  { chats: 'none', visitors: 0, places: 4 },
  { chats: `${visitors}, as many streamed as may be`, visitors, places: 4 },
  { chats: `${visitors} on a host where nothing streams`, visitors, places: 0 },
  { chats: `${visitors} straight to the orchestrator`, visitors, places: 4, isDirect: true },
  { chats: `${visitors}, without the limit`, visitors, places: 100 },
];

export async function measureBusySite({ say }: { say: (line: string) => void }): Promise<BusySite[]> {
  const rows: BusySite[] = [];
  for (const mode of modes) rows.push(await measure(mode));
  say(['chats'.padEnd(42), 'streamed', 'home page p50', 'slowest', 'unanswered'].join('  '));
  for (const row of rows) say(toLine(row, rows[0]?.medianMs ?? Number.NaN));
  return rows;
}

function toLine({ chats, streamed, medianMs, slowestMs, views, unanswered }: BusySite, quietMs: number): string {
  const ratio = Number.isFinite(medianMs) ? `${Math.round(medianMs)} ms (${(medianMs / quietMs).toFixed(1)}×)` : '–';
  const slowest = Number.isFinite(slowestMs) ? `${Math.round(slowestMs)} ms` : '–';
  return [chats.padEnd(42), String(streamed).padEnd(8), ratio.padEnd(13), slowest.padEnd(7), `${unanswered} of ${views}`].join('  ');
}

/** A site of its own for each, because requests of the one before may still be held. */
async function measure({ chats, visitors: count, places, isDirect = false }: (typeof modes)[number]): Promise<BusySite> {
  const played = await playOrchestrator();
  const site = await startSite(played.url, [], { host: 'nginx', workers });
  try {
    writeFileSync(join(site.tree.content, 'mu-plugins', 'places.php'), `<?php add_filter( 'aiguy_relay_places', fn() => ${places} );`);
    // Fills the caches of WordPress and PHP.
    for (let at = 0; at < workers; at += 1) await send(`${site.url}/`);
    const streamed = await wait({ site, played, count, isDirect });
    const times: number[] = [];
    const unanswered = () => times.filter((ms) => !Number.isFinite(ms)).length;
    while (times.length < pageViews && unanswered() < unansweredMax) times.push(await homePageMs(site));
    const answered = times.filter(Number.isFinite);
    return {
      chats,
      streamed: streamed(),
      medianMs: percentile(answered, 0.5),
      slowestMs: percentile(answered, 1),
      views: times.length,
      unanswered: unanswered(),
    };
  } finally {
    for (const session of played.sessions.values()) if (session.runId !== undefined) session.finish();
    await site.stop();
    played.stop();
  }
}

type Crowd = { site: NativeWordPress; played: PlayedOrchestrator; count: number; isDirect: boolean };

/** Has all ask, with answers that begin and don't end. @returns how many of them are on a stream */
async function wait({ site, played, count, isDirect }: Crowd): Promise<() => number> {
  const { text: html } = await send(chatPageOf(site.url));
  const browsers = Array.from({ length: count }, () => new Browser(chatPageOf(site.url), html));
  if (isDirect) {
    // WordPress sees no more of them.
    for (const browser of browsers) await browser.openSession();
    return () => 0;
  }
  const all = Promise.withResolvers<void>();
  let begun = 0;
  played.onMessage = (session) => {
    session.emit({ type: 'TEXT_MESSAGE_START', messageId: 'a', role: 'assistant' });
    begun += 1;
    if (begun === count) all.resolve();
  };
  const clients = browsers.map((browser) => startChat(browser));
  for (const [at, { transport }] of clients.entries()) void transport.send('Hi', `message-${String(at).padStart(4, '0')}`).catch(() => undefined);
  if (count > 0) await Promise.race([all.promise, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
  return () => clients.filter(({ requests }) => requests.slice(1).every(({ accept }) => accept === 'text/event-stream')).length;
}

/** @returns infinity when it does not come in time */
async function homePageMs(site: NativeWordPress): Promise<number> {
  const startedMs = performance.now();
  try {
    const page = await open(`${site.url}/`, { signal: AbortSignal.timeout(patienceMs) });
    for await (const _chunk of page);
    return performance.now() - startedMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
