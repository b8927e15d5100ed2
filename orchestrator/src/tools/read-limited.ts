// Reads an answer no further than it may be long.

/** @throws Error when the body is longer than `bytesMax`; what fetch throws when it breaks off */
export async function readLimited(response: Response, bytesMax: number): Promise<string> {
  return (await readBytes(response, bytesMax)).toString('utf8');
}

/** @throws Error as readLimited does */
export async function readBytes(response: Response, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new Error('answer too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
