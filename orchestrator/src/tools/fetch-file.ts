// Fetches a file that a tool has made from the tools API, as the visitor it was made for.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Tool } from '@aiguy/manifests/load';
import { readBytes } from '@aiguy/manifests/read-limited';
import type { SigningKey } from '@aiguy/manifests/tokens';
import type { ToolCallOptions } from './client.ts';
import { visitorHeaders } from './visitor-token.ts';

/** @throws AiguyError not_found (there is none, it has expired, or it is another session's), rate_limited, tool_unavailable */
export type FetchFile = (tool: Tool, file: { id: string; media_type: string }, options: ToolCallOptions) => Promise<Buffer>;

const fetchTimeoutMs = 8_000;
export const fileBytesMax = 4 * 1024 * 1024;

export function createFetchFile(options: { url: string; key: SigningKey }): FetchFile {
  return async ({ manifest }, { id, media_type: mediaType }, { visitor, assertion, signal }) => {
    const headers = await visitorHeaders(options.key, { tool: manifest.name, scope: manifest.scope, args: { file: id }, visitor, assertion });
    try {
      const response = await fetch(`${options.url}/files/${encodeURIComponent(id)}`, {
        redirect: 'error',
        headers,
        signal: AbortSignal.any([AbortSignal.timeout(fetchTimeoutMs), signal]),
      });
      assertFile(response, mediaType);
      return await readBytes(response, fileBytesMax);
    } catch (error) {
      throw error instanceof AiguyError ? error : new AiguyError('tool_unavailable', { cause: error });
    }
  };
}

function assertFile(response: Response, mediaType: string): void {
  if (response.status === 404) throw new AiguyError('not_found');
  if (response.status === 429) throw new AiguyError('rate_limited', { retryAfterS: 60 });
  if (!response.ok) throw new Error(`the tools API answered ${response.status}`);
  if (response.headers.get('content-type') !== mediaType) throw new Error('a file of another kind than was announced');
}
