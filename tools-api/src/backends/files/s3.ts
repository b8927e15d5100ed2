// Files in an S3 bucket, or in anything that speaks its protocol. Credentials, region and endpoint are found by the SDK, as every AWS tool finds them.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { type FileMeta, type FileStore, fileBytesMax, fileId } from './files.ts';

const connectionTimeoutMs = 2_000;
const requestTimeoutMs = 5_000;

/**
 * @param place.prefix a folder in the bucket that nothing else is kept in; «» or with a slash at its end
 * @param config for tests; else AWS_* variables, profiles and roles
 */
export function createS3Files(place: { bucket: string; prefix: string }, config?: S3ClientConfig): FileStore {
  const client = new S3Client({
    forcePathStyle: true,
    requestHandler: { connectionTimeout: connectionTimeoutMs, requestTimeout: requestTimeoutMs },
    ...config,
  });
  const objectOf = (id: string) => ({ Bucket: place.bucket, Key: `${place.prefix}${id}` });
  return {
    put: async (id, { meta, bytes }, abortSignal) => {
      const { owner, tool, name, mediaType, expiresAtMs } = meta;
      const object = { ...objectOf(id), Body: bytes, ContentType: mediaType, ContentLength: bytes.length, CacheControl: 'no-store' };
      const Metadata = { owner, tool, name, expires: String(expiresAtMs) };
      await client.send(new PutObjectCommand({ ...object, Metadata }), { abortSignal });
    },
    get: async (id, abortSignal) => {
      try {
        const answer = await client.send(new GetObjectCommand(objectOf(id)), { abortSignal });
        return { meta: metaOf(answer), bytes: await readBody(answer, abortSignal) };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    metaOf: async (id, abortSignal) => {
      try {
        return metaOf(await client.send(new HeadObjectCommand(objectOf(id)), { abortSignal }));
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw error;
      }
    },
    remove: async (id, abortSignal) => {
      await client.send(new DeleteObjectCommand(objectOf(id)), { abortSignal });
    },
    olderThan: async function* (beforeMs, abortSignal) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: place.bucket, Prefix: place.prefix }, { abortSignal })) {
        const old = Contents.filter(({ LastModified }) => LastModified && LastModified.getTime() < beforeMs);
        yield* old.map(({ Key = '' }) => Key.slice(place.prefix.length)).filter((id) => fileId.test(id));
      }
    },
    close: () => client.destroy(),
  };
}

function metaOf({
  Metadata: { owner = '', tool = '', name = '', expires } = {},
  ContentType = '',
}: Pick<GetObjectCommandOutput, 'Metadata' | 'ContentType'>): FileMeta {
  return { owner, tool, name, mediaType: ContentType, expiresAtMs: Number(expires ?? 0) };
}

async function readBody({ Body }: GetObjectCommandOutput, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (Body ?? []) as AsyncIterable<Uint8Array>) {
    signal.throwIfAborted();
    length += part.length;
    if (length > fileBytesMax) throw new Error(`the object has more than ${fileBytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
