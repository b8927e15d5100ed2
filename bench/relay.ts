// Added latency of each streamed chunk through a real WordPress: from leaving the upstream to arriving at the browser's side.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { open } from '../scripts/wordpress/http.ts';
import { openSession, startSite } from '../wp-plugin/tests/site.ts';
import { percentile } from './processes.ts';

const chunks = 300;
const everyMs = 10;

export async function measureRelay(): Promise<{ relayChunkMsP50: number; relayChunkMsP95: number }> {
  const sentMs: number[] = [];
  const upstream = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const timer = setInterval(() => {
      sentMs.push(performance.now());
      response.write(`id: ${sentMs.length}\ndata: {}\n\n`);
      if (sentMs.length < chunks) return;
      clearInterval(timer);
      response.end();
    }, everyMs);
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const site = await startSite(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`);
  try {
    const { cookie } = await openSession(site);
    const headers = { origin: site.url, 'content-type': 'application/json', cookie };
    const response = await open(`${site.url}/wp-json/aiguy/v1/chat`, { method: 'POST', headers, body: '{"message":"Hi"}' });
    const delaysMs: number[] = [];
    for await (const chunk of response) {
      const nowMs = performance.now();
      for (const [, id] of String(chunk).matchAll(/^id: (\d+)$/gm)) delaysMs.push(nowMs - (sentMs[Number(id) - 1] ?? nowMs));
    }
    return { relayChunkMsP50: percentile(delaysMs, 0.5), relayChunkMsP95: percentile(delaysMs, 0.95) };
  } finally {
    await site.stop();
    upstream.close();
  }
}
