// Reads an answer no further than it may be long.

export class AnswerTooLargeError extends Error {
  override name = 'AnswerTooLargeError';

  constructor(bytesMax: number) {
    super(`answered with more than ${bytesMax} bytes`);
  }
}

/** @throws AnswerTooLargeError when the body is longer than `bytesMax`; what fetch throws when it breaks off */
export async function readLimited(response: Response, bytesMax: number): Promise<string> {
  return (await readBytes(response, bytesMax)).toString('utf8');
}

/** @throws AnswerTooLargeError as readLimited does */
export async function readBytes(response: Response, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new AnswerTooLargeError(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
