import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress } from '../tools-api/src/backends/knowledge/ingest-source.ts';
import { startReport, summaryText } from './ingest-report.ts';

const counts = { new: 0, changed: 0, unchanged: 0, removed: 0, tooOld: 0, failed: 0, chunks: 0 };
const at = (done: number, total?: number): Progress => ({ step: 'documents', source: 'folder:/docs', done, total, key: `d${done}.md`, counts });

/** Shows each progress at its second. */
function shown(isTTY: boolean, steps: [second: number, progress: Progress][]): string[] {
  const written: string[] = [];
  let nowMs = 0;
  const report = startReport({ isTTY, columns: 60, write: (text) => written.push(text) }, () => nowMs);
  for (const [second, progress] of steps) {
    nowMs = second * 1000;
    report.show(progress);
  }
  report.clear();
  return written;
}

test('a terminal has one line, rewritten and never wider than it; then it is cleared', () => {
  const written = shown(true, [
    [0, at(1, 100)],
    [0.01, at(2, 100)],
    [10, { ...at(20, 100), key: 'x'.repeat(200) } as Progress],
  ]);
  assert.equal(written.length, 3);
  assert.ok(written.every((text) => text.startsWith('\r\x1b[K') && text.length <= 60 + 4));
  assert.match(written[1] ?? '', /20 of 100 documents, 2 a second, 40 s left · x+$/);
  assert.equal(written[2], '\r\x1b[K');
});

test('elsewhere a line comes every five seconds and at the end', () => {
  const steps = Array.from({ length: 121 }, (_, index): [number, Progress] => [index / 10, at(index, 120)]);
  const written = shown(false, steps);
  assert.deepEqual(
    written.map((line) => /^\d+ of 120/.exec(line)?.[0]),
    ['50 of 120', '100 of 120', '120 of 120'],
  );
  assert.ok(written.every((line) => line.endsWith('\n')));
});

test('a source that can’t count its documents has neither a total nor a time left', () => {
  assert.deepEqual(
    shown(false, [
      [0, at(1)],
      [5, at(500)],
    ]),
    ['500 documents, 100 a second · d500.md\n'],
  );
});

test('the summary counts each source, names what failed with its reason, and what could not be listed', () => {
  const text = summaryText([
    {
      source: 'folder:/docs',
      counts: { ...counts, new: 12_000, failed: 1, chunks: 30_000 },
      failures: [{ key: 'a.md', reason: 'is empty' }],
      seconds: 7.25,
    },
    { source: 's3://b/', counts, failures: [], refused: 'bucket b can’t be listed: AccessDenied', seconds: 0 },
  ]);
  assert.match(text, /^ +new {2}changed {2}unchanged {2}removed {2}too old {2}failed {2}passages {2}seconds {2}source$/m);
  assert.match(text, /^12,000 +0 +0 +0 +0 +1 +30,000 +7\.3 +folder:\/docs$/m);
  assert.match(text, /stay as they were:\n {2}a\.md is empty/);
  assert.match(text, /s3:\/\/b\/: bucket b can’t be listed: AccessDenied\. Nothing of it was removed\./);
});
