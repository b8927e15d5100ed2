import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openS3 } from './s3.ts';
import { DocumentError, SourceError } from './source.ts';

type S3Server = { run: () => Promise<AddressInfo>; close: () => Promise<void> };
const S3rver: new (options: object) => S3Server = createRequire(import.meta.url)('@20minutes/s3rver');

const { signal } = new AbortController();
const siteUrl = 'https://shop.example/help';
let folder: string;
let writer: S3Client;
let server: S3Server;
let config: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string }; forcePathStyle: true };

/** This server signs the list of a bucket without the path's last slash, unlike AWS and its SDK; so only one test has it check signatures. */
async function start(checksSignatures: boolean): Promise<S3Server> {
  const options = { port: 0, address: '127.0.0.1', silent: true, directory: folder, configureBuckets: [{ name: 'documents' }] };
  const started = new S3rver({ ...options, allowMismatchedSignatures: !checksSignatures });
  const { port } = await started.run();
  config = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    forcePathStyle: true,
  };
  return started;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aiguy-s3-'));
  server = await start(false);
  writer = new S3Client(config);
});
afterEach(async () => {
  writer.destroy();
  await server.close();
  await rm(folder, { recursive: true });
});

async function put(key: string, body: string | Uint8Array, contentType?: string): Promise<void> {
  await writer.send(new PutObjectCommand({ Bucket: 'documents', Key: key, Body: body, ContentType: contentType }));
}

const open = (address = 's3://documents/help', more: Partial<typeof config> = {}) =>
  openS3(address, { siteUrl, client: { ...config, maxAttempts: 1, ...more } });
const list = () => Array.fromAsync(open().list(signal));

test('a prefix is a folder: its documents are listed with their ETags, and nothing beside it', async () => {
  for (const key of [
    'help/b/returns.md',
    'help/a.txt',
    'help/logo.png',
    'help/.hidden.md',
    'help/b/.git/x.md',
    'help-internal/secret.md',
    'other.md',
  ])
    await put(key, 'Text.');
  const documents = await list();
  assert.deepEqual(
    documents.map(({ key, documentId }) => [key, documentId]),
    [
      ['help/a.txt', 'a'],
      ['help/b/returns.md', 'b-returns'],
    ],
  );
  assert.equal(await open().count(signal), 2);
  assert.equal(open('s3://documents/help/').name, open('s3://documents/help').name);
  const before = documents[0]?.fingerprint;
  assert.equal((await list())[0]?.fingerprint, before);
  await put('help/a.txt', 'Changed.');
  assert.notEqual((await list())[0]?.fingerprint, before);
});

/** A server that answers with prepared XML; the real one above can't continue a list, for want of an old cipher. */
async function serveXml(t: TestContext, answer: (url: URL) => [status: number, xml: string]): Promise<string> {
  const prepared = createServer((request, response) => {
    const [status, xml] = answer(new URL(request.url ?? '', 'http://s3.example'));
    response.writeHead(status, { 'Content-Type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${xml}`);
  }).listen(0, '127.0.0.1');
  await once(prepared, 'listening');
  t.after(() => {
    prepared.closeAllConnections();
    prepared.close();
  });
  return `http://127.0.0.1:${(prepared.address() as AddressInfo).port}`;
}

test('a list over several answers is followed to its end', async (t) => {
  const endpoint = await serveXml(t, ({ pathname, searchParams }) => {
    assert.deepEqual([pathname, searchParams.get('prefix')], ['/documents/', 'help/']);
    const page = Number(searchParams.get('continuation-token') ?? 1);
    const next =
      page < 3 ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${page + 1}</NextContinuationToken>` : '<IsTruncated>false</IsTruncated>';
    return [
      200,
      `<ListBucketResult>${next}<Contents><Key>help/${page}.md</Key><Size>5</Size><ETag>&quot;e${page}&quot;</ETag></Contents></ListBucketResult>`,
    ];
  });
  const documents = await Array.fromAsync(open('s3://documents/help', { endpoint }).list(signal));
  assert.deepEqual(
    documents.map(({ key }) => key),
    ['help/1.md', 'help/2.md', 'help/3.md'],
  );
});

test('a list that breaks off is no complete list', async (t) => {
  const endpoint = await serveXml(t, ({ searchParams }) =>
    searchParams.has('continuation-token')
      ? [403, '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>']
      : [200, '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>2</NextContinuationToken></ListBucketResult>'],
  );
  const reason = "bucket documents can't be listed: access denied; the credentials need s3:ListBucket on the bucket and s3:GetObject on its objects";
  await assert.rejects(Array.fromAsync(open('s3://documents', { endpoint }).list(signal)), new SourceError(reason));
});

test('an object is read as its content type says, with the address of the site and its date', async () => {
  await put('help/about', '<html lang="de"><title>Über uns</title><main><p>Wir sind drei.</p></main></html>', 'text/html');
  const article = await (await list())[0]?.read(signal);
  assert.deepEqual(
    [article?.title, article?.language, article?.markdown, article?.url],
    ['Über uns', 'de', 'Wir sind drei.', 'https://shop.example/help/about/'],
  );
  assert.equal(article?.lastUpdated, new Date().toISOString().slice(0, 10));
});

test('an empty, a large and a deleted object are refused each by itself', async () => {
  await put('help/a.md', Buffer.alloc(0));
  await put('help/b.md', Buffer.alloc(20_000_001, 97));
  await put('help/c.md', 'Text.');
  const [empty, large, deleted] = await list();
  await assert.rejects(async () => await empty?.read(signal), new DocumentError('is empty'));
  await assert.rejects(async () => await large?.read(signal), /has 20 MB; the limit is 20 MB/);
  await writer.send(new DeleteObjectCommand({ Bucket: 'documents', Key: 'help/c.md' }));
  await assert.rejects(async () => await deleted?.read(signal), new DocumentError("can't be read: it was deleted after it was listed"));
});

test('a bucket that is absent, refused or out of reach is an error of the source that says what to check', async () => {
  const refused = async (source: ReturnType<typeof open>, reason: RegExp) =>
    await assert.rejects(Array.fromAsync(source.list(signal)), (error) => error instanceof SourceError && reason.test(error.message));
  await refused(open('s3://nowhere/help'), /bucket nowhere can't be listed: there is no such bucket; check its name/);
  await refused(
    open('s3://documents', { credentials: { accessKeyId: 'WRONG', secretAccessKey: 'S3RVER' } }),
    /the access key is unknown; check AWS_ACCESS_KEY_ID/,
  );
  await refused(open('s3://documents', { endpoint: 'http://127.0.0.1:1' }), /nothing answers at the endpoint; check AWS_ENDPOINT_URL_S3/);
  await server.close();
  server = await start(true);
  await refused(
    open('s3://documents', { credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'WRONG' } }),
    /the signature is wrong; check AWS_SECRET_ACCESS_KEY/,
  );
  assert.throws(() => open('s3://'), /names no bucket; write s3:\/\/bucket\/prefix/);
});

test('the standard variables name the endpoint and the credentials', async (t) => {
  await put('help/a.md', 'Text.');
  const variables = {
    AWS_ENDPOINT_URL_S3: config.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
  };
  const before = { ...process.env };
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  });
  assert.equal((await Array.fromAsync(openS3('s3://documents/help').list(signal))).length, 1);
});

test('listing and reading end when they are cancelled', async () => {
  await put('help/a.md', 'Text.');
  const cancelled = AbortSignal.abort(new Error('enough'));
  await assert.rejects(Array.fromAsync(open().list(cancelled)), /enough/);
  const [document] = await list();
  await assert.rejects(async () => await document?.read(cancelled), /enough/);
});
