// Documents in an S3 bucket, or in anything that speaks its protocol. Credentials, region and endpoint are found by the SDK, as every AWS tool finds them.
import { GetObjectCommand, type GetObjectCommandOutput, paginateListObjectsV2, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { inMegabytes, limits } from '../formats/limits.ts';
import { checkSize, documentName, readDocument } from '../formats/read-document.ts';
import { documentIdOf } from './document-id.ts';
import { type Article, DocumentError, type Source, type SourceDocument, SourceError } from './source.ts';

export type S3Options = {
  /** An article that names no address stands at <siteUrl>/<id>/ */
  siteUrl?: string | undefined;
  /** For tests; else AWS_* variables, profiles and roles. */
  client?: S3ClientConfig | undefined;
};

type Listed = { Key: string; Size?: number | undefined; ETag?: string | undefined; LastModified?: Date | undefined };
type Place = { client: S3Client; bucket: string; prefix: string; siteUrl?: string | undefined };

const connectionTimeoutMs = 10_000;
const requestTimeoutMs = 60_000;

/**
 * @param address s3://bucket/prefix; the prefix is a folder, so that «help» does not also name «help-internal»
 * @throws SourceError when the address names no bucket
 */
export function openS3(address: string, { siteUrl, client: config }: S3Options = {}): Source {
  const [, bucket, folder = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  if (!bucket) throw new SourceError(`«${address}» names no bucket; write s3://bucket/prefix`);
  const prefix = folder.replace(/\/+$/, '') === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const place: Place = { client: createClient(config), bucket, prefix, siteUrl };
  return {
    name: `s3://${bucket}/${prefix}`,
    count: async (signal) => {
      let documents = 0;
      for await (const _object of listObjects(place, signal)) documents += 1;
      return documents;
    },
    async *list(signal) {
      for await (const object of listObjects(place, signal)) yield describe(place, object);
    },
  };
}

/** The bucket in the path, not in the host's name: that works with every server, AWS included. */
function createClient(config: S3ClientConfig | undefined): S3Client {
  return new S3Client({
    forcePathStyle: true,
    requestHandler: { connectionTimeout: connectionTimeoutMs, requestTimeout: requestTimeoutMs },
    ...config,
  });
}

async function* listObjects({ client, bucket, prefix }: Place, signal: AbortSignal): AsyncGenerator<Listed> {
  try {
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }, { abortSignal: signal });
    for await (const page of pages) {
      signal.throwIfAborted();
      for (const { Key, ...object } of page.Contents ?? []) if (Key && isDocument(Key.slice(prefix.length))) yield { Key, ...object };
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new SourceError(`bucket ${bucket} can't be listed: ${reasonOf(error)}`);
  }
}

/** Objects often have a content type instead of an extension. */
function isDocument(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  if (name === '' || parts.some((part) => part.startsWith('.') || part === 'node_modules')) return false;
  return documentName.test(name) || !name.includes('.');
}

function describe(place: Place, object: Listed): SourceDocument {
  const documentId = documentIdOf(object.Key.slice(place.prefix.length));
  return {
    key: object.Key,
    documentId,
    fingerprint: object.ETag && [object.ETag, place.siteUrl].filter((part) => part !== undefined).join('-'),
    read: (signal) => readObject(place, { ...object, documentId }, signal),
  };
}

async function readObject(
  { client, bucket, siteUrl }: Place,
  { Key, Size, documentId }: Listed & { documentId: string },
  signal: AbortSignal,
): Promise<Article> {
  if (Size !== undefined) checkSize(Size);
  let answer: GetObjectCommandOutput;
  let bytes: Uint8Array;
  try {
    answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key }), { abortSignal: signal });
    bytes = await readBody(answer, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof DocumentError ? error : new DocumentError(`can't be read: ${reasonOf(error)}`);
  }
  const found = { key: Key, bytes, contentType: answer.ContentType, documentId, siteUrl, lastUpdated: answer.LastModified?.toISOString() };
  return await readDocument(found, signal);
}

async function readBody({ Body, ContentLength }: GetObjectCommandOutput, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (Body ?? []) as AsyncIterable<Uint8Array>) {
    signal.throwIfAborted();
    length += part.length;
    const larger = Math.max(length, ContentLength ?? 0);
    if (larger > limits.documentBytesMax)
      throw new DocumentError(`has ${inMegabytes(larger)} or more; the limit is ${inMegabytes(limits.documentBytesMax)}`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const reasons: Record<string, string> = {
  NoSuchBucket: 'there is no such bucket; check its name, and the endpoint (AWS_ENDPOINT_URL_S3) if it is not on AWS',
  NoSuchKey: 'it was deleted after it was listed',
  AccessDenied: 'access denied; the credentials need s3:ListBucket on the bucket and s3:GetObject on its objects',
  Forbidden: 'access denied; the credentials need s3:ListBucket on the bucket and s3:GetObject on its objects',
  CredentialsProviderError: 'no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or run where a role is attached',
  InvalidAccessKeyId: 'the access key is unknown; check AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'the signature is wrong; check AWS_SECRET_ACCESS_KEY',
  ExpiredToken: 'the credentials have expired; log in again',
  PermanentRedirect: 'the bucket is in another region; set AWS_REGION to that one',
  AuthorizationHeaderMalformed: 'the bucket is in another region; set AWS_REGION to that one',
  InvalidObjectState: 'it is archived and has to be restored first',
  TimeoutError: 'no answer in time; check the endpoint (AWS_ENDPOINT_URL_S3) and the network',
  ENOTFOUND: 'there is no such host; check AWS_ENDPOINT_URL_S3 and AWS_REGION',
  ECONNREFUSED: 'nothing answers at the endpoint; check AWS_ENDPOINT_URL_S3',
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  if (error.message.includes('Region is missing')) return 'no region; set AWS_REGION (any will do for a server of your own)';
  return reasons[error.name] ?? reasons[code] ?? (error.message || error.name);
}
