// Both stores keep the port's contract: the one on disk, and the one in S3 through the real client against a server that speaks its protocol.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ConfigError } from '@aiguy/manifests/environment';
import { createDiskFiles } from './disk.ts';
import { createFiles, type FileMeta, type FileStore } from './files.ts';
import { openFiles } from './open-files.ts';
import { createS3Files } from './s3.ts';

type S3Server = { run: () => Promise<AddressInfo>; close: () => Promise<void> };
const S3rver: new (options: object) => S3Server = createRequire(import.meta.url)('@20minutes/s3rver');

const { signal } = new AbortController();
const id = 'a'.repeat(43);
const meta: FileMeta = { owner: 'o'.repeat(43), tool: 'get_invoice_pdf', name: 'invoice-1.pdf', mediaType: 'application/pdf', expiresAtMs: 1e12 };
const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 255, 10]);
let folder: string;
let server: S3Server;
let stores: Record<string, FileStore>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aiguy-files-'));
  const s3Folder = join(folder, 's3');
  server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: s3Folder,
    configureBuckets: [{ name: 'kept' }],
    allowMismatchedSignatures: true,
  });
  const { port } = await server.run();
  const config = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    maxAttempts: 1,
  };
  stores = { disk: createDiskFiles(join(folder, 'disk')), s3: createS3Files({ bucket: 'kept', prefix: 'files/' }, config) };
});
afterEach(async () => {
  for (const store of Object.values(stores)) store.close();
  await server.close();
  await rm(folder, { recursive: true });
});

for (const name of ['disk', 's3']) {
  const storeOf = () => stores[name] ?? assert.fail();

  test(`${name}: what was put comes back as it was, until it is removed`, async () => {
    const store = storeOf();
    assert.equal(await store.get(id, signal), undefined);
    await store.put(id, { meta, bytes }, signal);
    const found = await store.get(id, signal);
    assert.deepEqual([found?.meta, Buffer.from(found?.bytes ?? [])], [meta, bytes]);
    await store.remove(id, signal);
    await store.remove(id, signal);
    assert.equal(await store.get(id, signal), undefined);
  });

  test(`${name}: only what was put before a moment is old`, async () => {
    const store = storeOf();
    const old = async (beforeMs: number) => await Array.fromAsync(store.olderThan(beforeMs, signal));
    assert.deepEqual(await old(Date.now() + 60_000), []);
    await store.put(id, { meta, bytes }, signal);
    assert.deepEqual(await old(Date.now() - 60_000), []);
    assert.deepEqual(await old(Date.now() + 60_000), [id]);
  });

  test(`${name}: a sweep deletes what has expired and nothing else, however long each lives`, async () => {
    const store = storeOf();
    const to = { subject: { issuer: 'https://shop.example', subject: 'wp:1:7' }, sessionId: 's' };
    const made = { tool: 'get_invoice_pdf', name: 'a.pdf', mediaType: 'application/pdf', bytes };
    const files = createFiles(store);
    const short = await files.hand(made, to, signal);
    const long = await files.hand({ ...made, lifetimeMs: 60 * 60_000 }, to, signal);
    const afterSweep = async (minutes: number) => {
      await createFiles(store, () => Date.now() + minutes * 60_000).sweep(signal);
      return await Promise.all([short, long].map(async (file) => (await store.get(file.id, signal)) !== undefined));
    };
    assert.deepEqual(
      [await afterSweep(0), await afterSweep(11), await afterSweep(61)],
      [
        [true, true],
        [false, true],
        [false, false],
      ],
    );
  });

  test(`${name}: an aborted call ends`, async () => {
    await assert.rejects(storeOf().put(id, { meta, bytes }, AbortSignal.abort()));
  });
}

test('on disk nobody else can read a file, and one whose writing broke off is not found but swept', async () => {
  const store = createDiskFiles(join(folder, 'disk'));
  await store.put(id, { meta, bytes }, signal);
  for (const name of await readdir(join(folder, 'disk'))) assert.equal((await stat(join(folder, 'disk', name))).mode & 0o077, 0, name);
  assert.equal((await stat(join(folder, 'disk'))).mode & 0o077, 0);
  await rm(join(folder, 'disk', `${id}.json`));
  await utimes(join(folder, 'disk', `${id}.bytes`), 1, 1);
  assert.equal(await store.get(id, signal), undefined);
  await createFiles(store).sweep(signal);
  assert.deepEqual(await readdir(join(folder, 'disk')), []);
});

test('a store that fails is an error, not a missing file', async () => {
  await mkdir(join(folder, 'disk', `${id}.json`), { recursive: true });
  await assert.rejects(async () => await stores.disk?.get(id, signal), /EISDIR/);
});

test('a location that names no bucket refuses to start', () => {
  for (const location of ['s3://', 's3:///x', 'https://bucket.example/x', 'S3://Bucket'])
    assert.throws(
      () => openFiles(location),
      (error: unknown) => error instanceof ConfigError && /FILES_LOCATION/.test(error.message),
      location,
    );
});
