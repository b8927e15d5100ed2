// A WooCommerce on loopback that speaks the wire format of its REST API v3: Basic login (which the real one takes over https alone), pages with X-WP-Total,
// _fields, parameters that fit its schema, orders, refunds, notes, gateways, and errors as { code, message, data: { status } }.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WooRow } from './wire.ts';

/** losing the answer: it is done, and the line breaks before anybody hears of it. */
export type WooMood = 'well' | 'down' | 'hanging' | 'html' | 'huge' | 'redirecting' | 'losing the answer';
type Refund = { id: number; amount: string; reason: string; meta_data: { key: string; value: unknown }[] };
export type WooOrderDouble = WooRow & { notes: { id: number; note: string; customer_note: boolean }[]; made: Refund[] };
export type WooDouble = {
  settings: { url: string; key: string; secret: string };
  orders: WooOrderDouble[];
  customers: { id: number; email: string; first_name?: string; last_name?: string }[];
  products: object[];
  variations: (object & { parent_id: number })[];
  /** Settings of the group «products»; undefined where the key may not read them. */
  shopOptions: { id: string; value: string }[] | undefined;
  /** The key was made without write access. */
  isReadOnly: boolean;
  /** Older than 10.3: variations are asked for product by product. */
  isOld: boolean;
  /** Gateways that send money back by themselves; each may refuse. */
  gateways: Map<string, { refunds: boolean; refuses?: boolean }>;
  /** Decides for each request. */
  mood: (request: { method: string; path: string }) => WooMood;
  /** What an address in this state costs more, as a shop that adds taxes has it. */
  taxes: Map<string, number>;
  /** Hands out whatever it is asked for, as a plug-in that breaks the filter by customer does. */
  ignoresCustomer: boolean;
  requests: { method: string; path: string; query: Record<string, string> }[];
  stop: () => Promise<void>;
};

const login = { key: `ck_${'0'.repeat(40)}`, secret: `cs_${'1'.repeat(40)}` };

export async function startWooCommerce(orders: WooOrderDouble[]): Promise<WooDouble> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void serve(double, request, response));
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const double: WooDouble = {
    settings: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...login },
    orders,
    customers: [],
    products: [],
    variations: [],
    shopOptions: undefined,
    isReadOnly: false,
    isOld: false,
    gateways: new Map([
      ['stripe', { refunds: true }],
      ['bacs', { refunds: false }],
    ]),
    mood: () => 'well',
    taxes: new Map(),
    ignoresCustomer: false,
    requests: [],
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return double;
}

/** An order as WooCommerce writes it; what is left out is as in a paid order of one item. */
export function wooOrder(id: number, change: Partial<WooOrderDouble> = {}): WooOrderDouble {
  const shipping = { address_1: '1 Elm Street', address_2: '', city: 'Austin', state: 'TX', postcode: '78701', country: 'US' };
  return {
    id,
    number: String(id),
    status: 'processing',
    currency: 'USD',
    customer_id: 7,
    total: '59.90',
    total_tax: '0.00',
    date_created_gmt: '2026-11-10T10:00:00',
    date_modified_gmt: '2026-11-10T10:05:00',
    date_paid_gmt: '2026-11-10T10:05:00',
    date_completed_gmt: null,
    payment_method: 'stripe',
    payment_method_title: 'Credit card (Stripe)',
    shipping,
    billing: { ...shipping, first_name: 'Mara', last_name: 'Okafor', company: '', email: 'mara@example.com' },
    line_items: [
      {
        sku: 'BOOT-42',
        name: 'Hiking boots',
        product_id: 11,
        variation_id: 12,
        quantity: 1,
        total: '49.90',
        total_tax: '0.00',
        meta_data: [
          { key: 'pa_size', value: '42', display_key: 'Size', display_value: '<p>42</p>' },
          { key: '_internal', value: 'x', display_key: '_internal', display_value: 'x' },
        ],
      },
    ],
    shipping_lines: [{ method_title: 'Parcel post', total: '10.00' }],
    fee_lines: [],
    refunds: [],
    meta_data: [],
    notes: [],
    made: [],
    ...change,
  };
}

type Answer = { status: number; body: unknown; headers?: Record<string, string> };
type Call = { method: string; parts: string[]; query: Record<string, string>; body: Record<string, unknown> };

const refused = (status: number, code: string, message: string): Answer => ({ status, body: { code, message, data: { status } } });
/** Where WooCommerce gives the status in another form, WordPress answers 500 whatever it is. */
const failed = (code: string, message: string, data: number): Answer => ({ status: 500, body: { code, message, data } });
const invalid = (name: string) => refused(400, 'rest_invalid_param', `Invalid parameter(s): ${name}`);
const noRoute = () => refused(404, 'rest_no_route', 'No route was found matching the URL and request method.');
const noOrder = (status: number) => refused(status, 'woocommerce_rest_shop_order_invalid_id', 'Invalid ID.');

async function serve(double: WooDouble, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', 'http://shop');
  const [method, path] = [request.method ?? '', url.pathname.replace('/wp-json/wc/v3/', '')];
  const query = Object.fromEntries(url.searchParams);
  double.requests.push({ method, path, query });
  const mood = double.mood({ method, path });
  if (isMoody(mood, response)) return;
  const answer =
    notAllowed(double, method, request.headers.authorization) ??
    wrongQuery(query) ??
    answerTo(double, { method, parts: path.split('/'), query, body: text === '' ? {} : JSON.parse(text) });
  if (mood === 'losing the answer') response.destroy();
  else response.writeHead(answer.status, { 'Content-Type': 'application/json; charset=UTF-8', ...answer.headers }).end(JSON.stringify(answer.body));
}

function isMoody(mood: WooMood, response: ServerResponse): boolean {
  if (mood === 'hanging') return true;
  if (mood === 'down') response.writeHead(503, { 'Content-Type': 'text/html' }).end('<h1>Briefly unavailable for scheduled maintenance.</h1>');
  else if (mood === 'html') response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>');
  else if (mood === 'huge') response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify('x'.repeat(3 * 1024 * 1024)));
  else if (mood === 'redirecting') response.writeHead(301, { Location: '/wp-json/wc/v3/elsewhere' }).end();
  return response.writableEnded;
}

function notAllowed({ isReadOnly }: WooDouble, method: string, authorization = ''): Answer | undefined {
  const [key, secret] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString('utf8')
    .split(':');
  // Whose key nobody knows is nobody.
  if (key !== login.key) return refused(401, 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.');
  const isKnown = secret === login.secret;
  if (isKnown && !(isReadOnly && method !== 'GET')) return undefined;
  const message = isKnown ? 'The API key provided does not have write permissions.' : 'Consumer secret is invalid.';
  return refused(401, 'woocommerce_rest_authentication_error', message);
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d(:\d\d)?)?$/;
const parameters: Record<string, RegExp> = {
  per_page: /^([1-9]\d?|100)$/,
  page: /^[1-9]\d*$/,
  order: /^(asc|desc)$/,
  orderby: /^(date|id|include|title|slug|modified)$/,
  customer: /^\d+$/,
  after: moment,
  before: moment,
  type: /^(any|customer|internal)$/,
  status: /^(any|publish)$/,
};

function wrongQuery(query: Call['query']): Answer | undefined {
  const wrong = Object.entries(parameters).find(([name, form]) => query[name] !== undefined && !form.test(query[name]));
  return wrong && invalid(wrong[0]);
}

function answerTo(double: WooDouble, call: Call): Answer {
  const [kind, id] = call.parts;
  const path = call.parts.join('/');
  if (kind === 'payment_gateways') return only(gateway(double, id ?? ''), call);
  if (path === 'data/currencies/current') return only({ status: 200, body: { code: 'EUR', name: 'Euro', symbol: '&euro;' } }, call);
  if (kind === 'products' || kind === 'variations') return only(catalogue(double, call), call);
  if (path === 'settings/products')
    return double.shopOptions
      ? only({ status: 200, body: double.shopOptions }, call)
      : refused(403, 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.');
  if (kind === 'customers') return only(customer(double, id ?? ''), call);
  if (kind !== 'orders') return noRoute();
  return only(id === undefined ? list(double, call) : ordersAnswer(double, call), call);
}

function ordersAnswer(double: WooDouble, call: Call): Answer {
  const [, id, part] = call.parts;
  const order = double.orders.find((candidate) => String(candidate.id) === id);
  if (part === 'refunds') return order ? refund(double, order, call.body) : failed('woocommerce_rest_invalid_order_id', 'Invalid order ID.', 404);
  if (part === 'notes') return order ? notesOf(order, call) : refused(404, 'woocommerce_rest_order_invalid_id', 'Invalid order ID.');
  if (call.method !== 'PUT') return order ? { status: 200, body: whole(order) } : noOrder(404);
  return order ? update(double, order, call.body) : noOrder(400);
}

function customer({ customers }: WooDouble, id: string): Answer {
  const found = customers.find((one) => String(one.id) === id);
  return found ? { status: 200, body: found } : refused(404, 'woocommerce_rest_invalid_id', 'Invalid resource ID.');
}

/** The clock by which the shop reads dates in a query. */
const clockAheadMs = 10 * 3_600_000;
const shopTime = ({ date_created_gmt: created }: WooRow) => new Date(Date.parse(`${created}Z`) + clockAheadMs).toISOString().slice(0, 19);

function list(double: WooDouble, { query }: Call): Answer {
  const { after = '', before = '~', customer: owner, search } = query;
  const found = double.orders
    // «Any» state has neither what was thrown away nor what was only begun in wp-admin.
    .filter(({ status }) => !['trash', 'auto-draft'].includes(status))
    .filter((order) => owner === undefined || double.ignoresCustomer || String(order.customer_id) === owner)
    .filter((order) => search === undefined || searched(order).includes(search))
    .filter((order) => shopTime(order) > after && shopTime(order) < before);
  const newestFirst = found.toSorted((a, b) => b.date_created_gmt.localeCompare(a.date_created_gmt) || b.id - a.id);
  return paged((query.order === 'asc' ? newestFirst.toReversed() : newestFirst).map(whole), query);
}

/** Numbers, and whatever else an order is looked for by. */
function searched({ id, number, billing, shipping, line_items: items }: WooOrderDouble): string {
  return JSON.stringify([String(id), number, Object.values(billing), Object.values(shipping), items.map(({ name }) => name)]);
}

function catalogue({ products, variations, isOld }: WooDouble, { parts: [kind, id], query }: Call): Answer {
  if (query.status !== 'publish' || query.orderby !== 'id') return invalid('status, orderby: what is not for sale would be told');
  if (kind === 'variations') return isOld ? noRoute() : paged(variations, query);
  if (id === undefined) return paged(products, query);
  return paged(
    variations.filter(({ parent_id: parent }) => String(parent) === id).map(({ parent_id: _parent, ...variation }) => variation),
    query,
  );
}

function paged(all: object[], query: Call['query']): Answer {
  const [size, page] = [Number(query.per_page ?? 10), Number(query.page ?? 1)];
  return {
    status: 200,
    body: all.slice((page - 1) * size, page * size),
    headers: { 'X-WP-Total': String(all.length), 'X-WP-TotalPages': String(Math.ceil(all.length / size)) },
  };
}

const whole = ({ notes: _notes, made: _made, ...order }: WooOrderDouble): object => ({ ...order, _links: {} });

/** What _fields names, of one thing or of each. */
function only({ body, ...answer }: Answer, { query: { _fields: fields } }: Call): Answer {
  const names = fields?.split(',');
  const cut = (one: object) => (names ? Object.fromEntries(Object.entries(one).filter(([name]) => names.includes(name))) : one);
  if (answer.status !== 200) return { ...answer, body };
  return { ...answer, body: Array.isArray(body) ? body.map(cut) : cut(body as object) };
}

const states = ['pending', 'processing', 'on-hold', 'completed', 'cancelled', 'refunded', 'failed', 'checkout-draft'];

function update(double: WooDouble, order: WooOrderDouble, body: Record<string, unknown>): Answer {
  const { status, shipping, meta_data: metaData } = body as Partial<WooOrderDouble>;
  if (status !== undefined && !states.includes(status)) return invalid('status');
  if (shipping && !Object.values(shipping).every((value) => typeof value === 'string')) return invalid('shipping');
  order.date_modified_gmt = new Date().toISOString().slice(0, 19);
  for (const { key, value } of metaData ?? []) {
    order.meta_data = [...order.meta_data.filter((meta) => meta.key !== key), { key, value }];
  }
  if (status !== undefined) order.status = status;
  if (!shipping) return { status: 200, body: whole(order) };
  // WooCommerce adds an order up anew when its address is sent along.
  const tax = (state: string) => double.taxes.get(state) ?? 0;
  order.total = (Number(order.total) - tax(order.shipping.state) + tax(shipping.state)).toFixed(2);
  order.shipping = { ...order.shipping, ...shipping };
  return { status: 200, body: whole(order) };
}

function refund(double: WooDouble, order: WooOrderDouble, body: Record<string, unknown>): Answer {
  const { amount, reason, api_refund: throughGateway, meta_data: metaData } = body as Omit<Refund, 'id'> & { api_refund: boolean };
  if (typeof amount !== 'string' || typeof throughGateway !== 'boolean') return invalid('amount, api_refund');
  const left = Number(order.total) - order.made.reduce((sum, one) => sum + Number(one.amount), 0);
  const cannot = (message: string) => failed('woocommerce_rest_cannot_create_order_refund', message, 500);
  if (Number(amount) > left + 0.001) return cannot('Invalid refund amount.');
  const way = double.gateways.get(order.payment_method);
  if (throughGateway && (!way?.refunds || way.refuses)) return cannot('The payment gateway for this order does not support automatic refunds.');
  const made = { id: 900 + order.made.length, amount, reason, meta_data: metaData };
  order.made.push(made);
  order.refunds = order.made.map((one) => ({ id: one.id, reason: one.reason, total: `-${one.amount}` }));
  if (left - Number(amount) < 0.005) order.status = 'refunded';
  return { status: 201, body: { ...made, refunded_payment: throughGateway } };
}

function notesOf(order: WooOrderDouble, { method, query, body: { note, customer_note: forCustomer = false } }: Call): Answer {
  if (method === 'GET') {
    const type = query.type ?? 'any';
    return { status: 200, body: order.notes.filter((one) => type === 'any' || one.customer_note === (type === 'customer')).toReversed() };
  }
  if (typeof note !== 'string' || typeof forCustomer !== 'boolean') return invalid('note, customer_note');
  const made = { id: order.notes.length + 1, note, customer_note: forCustomer };
  order.notes.push(made);
  return { status: 201, body: made };
}

function gateway({ gateways }: WooDouble, id: string): Answer {
  const way = gateways.get(id);
  if (!way) return refused(404, 'woocommerce_rest_payment_gateway_invalid', 'Resource does not exist.');
  return { status: 200, body: { id, method_supports: way.refunds ? ['products', 'refunds'] : ['products'] } };
}
