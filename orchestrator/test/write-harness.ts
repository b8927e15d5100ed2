// An orchestrator whose visitor may cancel orders, and whose shop keeps a record of what was done; the callers of the routes around a write.
import assert from 'node:assert/strict';
import type { AGUIEvent } from '@ag-ui/core';
import type { ReceiptValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer, Interrupt, ReceiptFile } from '@aiguy/manifests/generated/http';
import type { ToolOutcome } from '../src/model/port.ts';
import type { ToolCaller } from '../src/tools/client.ts';
import { callsTool, type Harness, type HarnessOptions, modelThat, newVisitor, parseFrames, saysText, startHarness, toolsThat } from './harness.ts';

export type Visitor = ReturnType<typeof newVisitor>;
export type Answered = { status: number; body: ChatAnswer & { code?: string } };
export type Shop = {
  /** What the shop's own record says was done. */
  done: { name: string; args: Record<string, unknown> }[];
  /** What the next calls come to, in place of being done. */
  refusal: Extract<ToolOutcome, { ok: false }> | undefined;
  /** Writes wait for it. */
  hold: Promise<void> | undefined;
  /** Writes are done, and nobody hears of it. */
  isSilent: boolean;
};

const scopes = ['docs:read', 'order:read', 'order:write', 'ticket:write'];
const ticket = { category: 'other', priority: 'normal', summary: 'Box torn', details: 'It arrived torn.' };
const facts = [{ label: 'Order', value: 'W2530531' }];

const newModel = () =>
  modelThat((_call, request) => {
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return saysText(last.outcome.ok ? 'That is done.' : 'Then not.');
    const text = last?.role === 'user' ? last.text : '';
    const order = /W\d{7}/.exec(text)?.[0];
    if (text.includes('ticket')) return callsTool('create_support_ticket', ticket);
    return order ? callsTool('cancel_order', { order_id: order, reason: 'no_longer_needed' }) : saysText('Hello.');
  });

function toolsOf(shop: Shop): ToolCaller {
  const tools = toolsThat(async (name, args) => {
    await shop.hold;
    if (shop.refusal) return shop.refusal;
    shop.done.push({ name, args });
    if (name === 'create_support_ticket')
      return { ok: true, output: { reference: 'T-7K3M9Q', sent_to: args.email ?? '', nested: [`Mail to ${args.email}`] } };
    return { ok: true, output: { order_id: args.order_id, status: name === 'cancel_order' ? 'cancelled' : 'pending', refund_amount: 9.5 } };
  });
  return {
    ...tools,
    write: async (tool, args, options) => ({ ...(await tools.write(tool, args, options)), isCertain: !shop.isSilent }),
    preview: async (_tool, args) => ({
      ok: true,
      preview: {
        summary: args.order_id === undefined ? 'Open a ticket' : `Cancel order ${args.order_id}`,
        facts,
        amount: { value: 9.5, currency: 'USD' },
      },
    }),
  };
}

/** A visitor who may change things. */
export function newBuyer(): Visitor {
  return { ...newVisitor(), scopes };
}

type Native = { url: string; stop: () => Promise<void> };
type Own = Pick<WriteHarness, 'shop' | 'tools' | 'model'> & { native: Native | undefined };

export class WriteHarness {
  readonly harness: Harness;
  readonly shop: Shop;
  readonly tools: ToolCaller;

  readonly model: ReturnType<typeof newModel>;
  readonly #native: Native | undefined;

  private constructor(harness: Harness, { shop, tools, model, native }: Own) {
    this.harness = harness;
    this.shop = shop;
    this.tools = tools;
    this.model = model;
    this.#native = native;
  }

  /** @param startPostgres a database of its own kind, in place of the embedded one */
  static async start(options: Partial<HarnessOptions> = {}, startPostgres?: () => Promise<Native>): Promise<WriteHarness> {
    const shop: Shop = { done: [], refusal: undefined, hold: undefined, isSilent: false };
    const tools = toolsOf(shop);
    const model = newModel();
    const native = await startPostgres?.();
    const databaseUrl = native ? { databaseUrl: native.url } : {};
    return new WriteHarness(await startHarness({ model, tools, scopes, ...databaseUrl, ...options }), { shop, tools, model, native });
  }

  async headers(visitor: Visitor, accept = 'application/json'): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.harness.assertionFor(visitor)}`, accept };
  }

  async post(visitor: Visitor, path: string, payload: object): Promise<Answered> {
    const headers = await this.headers(visitor);
    const response = await this.harness.orchestrator.app.inject({ method: 'POST', url: path, headers, payload });
    return { status: response.statusCode, body: response.json() };
  }

  async get(visitor: Visitor, path: string, accept?: string) {
    return await this.harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}${path}`, headers: await this.headers(visitor, accept) });
  }

  async ask(visitor: Visitor, message: string): Promise<Interrupt> {
    const { body } = await this.post(visitor, '/chat', { message });
    const [card] = body.interrupts ?? [];
    assert.ok(card, JSON.stringify(body));
    return card;
  }

  async confirm(visitor: Visitor, card: Interrupt): Promise<Answered> {
    return await this.post(visitor, `/sessions/${visitor.sid}/confirmations/${card.id}`, { decision: 'approve' });
  }

  /** Has an order cancelled. @returns what the log says of its receipt */
  async cancelOrder(visitor: Visitor, order = 'W2530531'): Promise<ReceiptValue> {
    await this.confirm(visitor, await this.ask(visitor, `cancel ${order}`));
    const receipt = (await this.receiptEvents(visitor)).at(-1);
    assert.ok(receipt);
    return receipt;
  }

  async undo(visitor: Visitor, effectId: string, sessionId = visitor.sid): Promise<Answered> {
    return await this.post(visitor, `/sessions/${sessionId}/effects/${effectId}/undo`, {});
  }

  async events(visitor: Visitor): Promise<{ id: number; event: AGUIEvent }[]> {
    return parseFrames((await this.get(visitor, '/events', 'text/event-stream')).body);
  }

  async receiptEvents(visitor: Visitor): Promise<ReceiptValue[]> {
    const events = await this.events(visitor);
    return events.flatMap(({ event }) => (event.type === 'CUSTOM' && event.name === 'aiguy.receipt' ? [event.value as ReceiptValue] : []));
  }

  async receipts(visitor: Visitor): Promise<ReceiptFile[]> {
    return (await this.get(visitor, '/receipts')).json().receipts;
  }

  async close(): Promise<void> {
    await this.harness.close();
    await this.#native?.stop();
  }
}
