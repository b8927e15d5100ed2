// Scores the offline policy's routing: each message is given to the policy as from a visitor of the demo shop, whose orders stand behind it.
import { type Database, openDatabase } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import shipped from '../../orchestrator/generated/intents.json' with { type: 'json' };
import { createLocalEmbed } from '../../orchestrator/src/model/offline/embedder.ts';
import { createOfflineModel } from '../../orchestrator/src/model/offline/offline.ts';
import { ownOrdersTool } from '../../orchestrator/src/model/offline/own-orders.ts';
import type { ModelPort, ModelRequest, ToolCall, ToolDefinition, ToolOutcome } from '../../orchestrator/src/model/port.ts';
import { toolsFor } from '../../orchestrator/src/tools/catalogue.ts';
import { createLocalEmbedder } from '../../tools-api/src/backends/embedding/local.ts';
import { createSpelling } from '../../tools-api/src/backends/knowledge/spelling.ts';
import { createProductSearch } from '../../tools-api/src/backends/product-search/product-search.ts';
import { createProducts } from '../../tools-api/src/backends/products.ts';
import { createDemoShop } from '../../tools-api/src/backends/shop.ts';
import { loadDemo } from '../../tools-api/src/demo/load-demo.ts';
import type { Handler } from '../../tools-api/src/tools/handler.ts';
import { createListOrders } from '../../tools-api/src/tools/list_orders/handler.ts';
import { createRecommendProducts } from '../../tools-api/src/tools/recommend_products/handler.ts';
import { embeddedConnectionsMax, startEmbeddedPostgres } from '../embedded-postgres.ts';
import { labels, type RoutingCase } from './routing-cases.ts';

export type Routed = {
  of: RoutingCase;
  /** What was called in the end; none where the policy asked, or answered by itself. */
  tool: string;
  args: Record<string, unknown>;
  isRight: boolean;
  /** Names of expected arguments that came out otherwise; undefined where none is known, or another tool was called. */
  wrongArgs: string[] | undefined;
};

type Store = {
  owner: (orderId: string) => Promise<string | undefined>;
  call: (tool: string, args: object, customer: string) => Promise<ToolOutcome>;
};

const issuer = 'urn:eval';
const stepsMax = 3;
const stepTimeoutMs = 60_000;
const none = 'none';

export async function evalRouting(cases: readonly RoutingCase[], signal: AbortSignal): Promise<Routed[]> {
  const embedded = await startEmbeddedPostgres();
  await loadDemo({ databaseUrl: embedded.url, siteUrl: 'https://eval.example', withArticles: false });
  const database = openDatabase({
    url: embedded.url,
    connectionsMax: embeddedConnectionsMax,
    connectTimeoutMs: 5000,
    statementTimeoutMs: stepTimeoutMs,
  });
  try {
    const tools = toolsFor(loadManifests(), []).needingSignIn;
    const model = createOfflineModel({ embed: createLocalEmbed(), tools, shipped });
    const store = openStore(database);
    const routed: Routed[] = [];
    for (const one of cases) {
      signal.throwIfAborted();
      routed.push(await route(one, { model, tools, store }));
    }
    return routed;
  } finally {
    await database.end();
    await embedded.stop();
  }
}

function openStore(database: Database): Store {
  const shop = createDemoShop(database, new Map([[issuer, ['direct']]]));
  const words = createLocalEmbedder();
  const productSearch = createProductSearch({ database, products: createProducts(database), words, spelling: createSpelling(words) });
  const handlers: Record<string, Handler> = {
    [ownOrdersTool]: createListOrders({ shop }),
    recommend_products: createRecommendProducts({ productSearch }),
  };
  return {
    owner: async (orderId) => {
      const { rows } = await database.query<{ customer_id: string }>('SELECT customer_id FROM orders WHERE order_id = $1', [orderId]);
      return rows[0]?.customer_id;
    },
    call: async (tool, args, customer) => {
      const context = { subject: { issuer, subject: `customer:${customer}` }, signal: AbortSignal.timeout(stepTimeoutMs) };
      return { ok: true, output: (await handlers[tool]?.(args as never, context)) ?? {} };
    },
  };
}

type Parts = { model: ModelPort; tools: ToolDefinition[]; store: Store };

async function route(of: RoutingCase, { model, tools, store }: Parts): Promise<Routed> {
  const { order_id: orderId } = of.expected_args;
  const customer = of.session_customer_id ?? (typeof orderId === 'string' ? await store.owner(orderId) : undefined);
  // Whoever is nobody has no orders to look among.
  const offered = customer ? tools : tools.filter(({ name }) => name !== ownOrdersTool);
  const messages: ModelRequest['messages'] = [{ role: 'user', text: of.utterance }];
  let last: ToolCall | undefined;
  for (let step = 0; step < stepsMax; step += 1) {
    const call = await nextCall(model, { messages, tools: offered });
    if (!call) break;
    last = call;
    if (call.name !== ownOrdersTool || !customer) break;
    const outcome = await store.call(call.name, parse(call), customer);
    messages.push({ role: 'assistant', text: '', toolCalls: [call] }, { role: 'tool', call, outcome });
  }
  return await judge(of, last, store);
}

async function nextCall(model: ModelPort, { messages, tools }: Pick<ModelRequest, 'messages' | 'tools'>): Promise<ToolCall | undefined> {
  const context = { signedIn: true, toolsNeedingSignIn: [], nowIso: '2026-11-21T10:00:00.000Z' };
  const request: ModelRequest = { purpose: 'plan', system: '', context, messages, tools, outputTokensMax: 1000 };
  let call: ToolCall | undefined;
  for await (const event of model.stream(request, AbortSignal.timeout(stepTimeoutMs))) {
    if (event.type === 'tool_call') call = event.call;
    if (event.type === 'failed') throw new Error(`the policy failed: ${event.failure} ${String(event.cause ?? '')}`);
  }
  return call;
}

async function judge(of: RoutingCase, call: ToolCall | undefined, store: Store): Promise<Routed> {
  const tool = call?.name ?? none;
  const args = call ? parse(call) : {};
  const meant = (label: string) => (labels[label] ?? [label]).includes(tool);
  const isRight = meant(of.expected_tool) || (of.acceptable_tools ?? []).some(meant);
  const expected = Object.entries(of.expected_args);
  // Another tool that is as good may have other arguments.
  const isNamesake = tool === of.expected_tool || (labels[of.expected_tool] ?? []).indexOf(tool) === 0;
  if (!isNamesake || expected.length === 0) return { of, tool, args, isRight, wrongArgs: undefined };
  // What a wish means is the tool's to find out, and it says what it found.
  const { understood = {} } = tool === 'recommend_products' ? ((await store.call(tool, args, '')) as { output: { understood?: object } }).output : {};
  const found: Record<string, unknown> = { ...args, ...understood };
  return { of, tool, args: found, isRight, wrongArgs: expected.filter(([name, value]) => !isSame(found[name], value)).map(([name]) => name) };
}

/** Lists and objects: in any order. */
function isSame(found: unknown, expected: unknown): boolean {
  return JSON.stringify(ordered(found)) === JSON.stringify(ordered(expected));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered).toSorted();
  return value instanceof Object ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)) : value;
}

function parse(call: ToolCall): Record<string, unknown> {
  return JSON.parse(call.argumentsText) as Record<string, unknown>;
}
