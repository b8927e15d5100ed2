// The second face of the manifests: what a token may call, as a server of the Model Context Protocol. Every call goes through the same recipe.
import { type AiguyError, type ErrorBody, errorEntry } from '@aiguy/manifests/errors';
import { callSchema, isOffered, type Tool } from '@aiguy/manifests/load';
import { toAiguyError } from '@aiguy/manifests/service';
import { type CallToolRequest, type CallToolResult, type Tool as McpTool, Server } from '@modelcontextprotocol/server';
import { runTool } from '../run-tool.ts';
import type { Answer, Caller, ToolPorts } from '../tool-call.ts';

/** Where a program puts the key of a write; a model puts it among the arguments. */
export const keyInMeta = 'aiguy.dev/idempotency-key';
export const taskInMeta = 'aiguy.dev/task';
const keyArgument = 'idempotency_key';
const listTtlMs = 60_000;

const keySchema = {
  type: 'string',
  pattern: '^[\\x21-\\x7e]{8,255}$',
  description: 'A new random text for each new intention, and the same one for another try at it: the change is then made once.',
};

/**
 * Serves one request of one caller. The SDK's high-level server would check the arguments before the recipe does, and refuse without a record.
 * @param call.requestId stands in the record of what is called
 */
export function createToolServer(ports: ToolPorts, { caller, requestId }: { caller: Caller; requestId: string }): Server {
  const server = new Server(
    { name: 'aiguy-tools-api', title: 'AIGuy tools', version: '0.1.0' },
    { capabilities: { tools: {} }, cacheHints: { 'tools/list': { ttlMs: listTtlMs, cacheScope: 'private' } } },
  );
  server.setRequestHandler('tools/list', () => ({
    tools: [...ports.catalogue.values()].filter(({ manifest }) => caller.scopes.includes(manifest.scope) && isOffered(manifest)).map(toMcpTool),
  }));
  server.setRequestHandler('tools/call', async ({ params }) => {
    try {
      return resultOf(await runTool(ports, { ...callOf(ports, params), caller, requestId }));
    } catch (error) {
      return failureOf(toAiguyError(error as Error), requestId);
    }
  });
  return server;
}

function toMcpTool({ manifest }: Tool): McpTool {
  const { name, title, description, effect, output } = manifest;
  const isRead = effect === 'read';
  return {
    name,
    title,
    description,
    inputSchema: (isRead ? callSchema(name, manifest) : withKey(callSchema(name, manifest))) as McpTool['inputSchema'],
    outputSchema: output as McpTool['outputSchema'],
    annotations: { title, readOnlyHint: isRead, destructiveHint: !isRead, idempotentHint: true, openWorldHint: false },
  };
}

type ObjectSchema = ReturnType<typeof callSchema>;

function withKey(schema: ObjectSchema): ObjectSchema {
  return { ...schema, properties: { ...schema.properties, [keyArgument]: keySchema }, required: [...(schema.required ?? []), keyArgument] };
}

function callOf({ catalogue }: ToolPorts, { name, arguments: given = {}, _meta: meta }: CallToolRequest['params']) {
  if (catalogue.get(name)?.manifest.effect !== 'write') return { name, args: given };
  const { [keyArgument]: argument, ...args } = given;
  const key = meta?.[keyInMeta] ?? argument;
  return { name, args, idempotencyKey: typeof key === 'string' ? key : undefined };
}

/** A refusal by the shop's rules is an answer that is kept for the key, and a failure for the model to read. */
function resultOf({ status, body }: Answer): CallToolResult {
  const answer = JSON.parse(body) as { output: Record<string, unknown>; task?: unknown } & ErrorBody;
  if (status >= 400) return failed(answer);
  return {
    content: [{ type: 'text', text: JSON.stringify(answer.output) }],
    structuredContent: answer.output,
    ...(answer.task === undefined ? {} : { _meta: { [taskInMeta]: answer.task } }),
  };
}

function failureOf(error: AiguyError, requestId: string): CallToolResult {
  return failed(error.toBody(requestId), error.retryAfterS);
}

function failed(body: ErrorBody, retryAfterS?: number): CallToolResult {
  const advice = { retryable: errorEntry(body.code).retryable, ...(retryAfterS === undefined ? {} : { retryAfterS: Math.ceil(retryAfterS) }) };
  return { isError: true, content: [{ type: 'text', text: JSON.stringify({ ...body, ...advice }) }] };
}
