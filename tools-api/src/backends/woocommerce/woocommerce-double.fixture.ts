// A WooCommerce on loopback that speaks the wire format of its REST API v3: Basic login, pages with X-WP-Total, _fields, orders, refunds, notes,
// gateways, and errors as { code, message, data: { status } }.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WooRow } from './wire.ts';

/** losing the answer: it is done, and the line breaks before anybody hears of it. */
export type WooMood = 'well' | 'down' | 'hanging' | 'html' | 'huge' | 'redirecting' | 'losing the answer';
type Refund = { id: number; amount: string; total: string; reason: string; meta_data: { key: string; value: unknown }[] };
export type WooOrderDouble = WooRow & { notes: { id: number; note: string; customer_note: boolean }[]; made: Refund[] };
export type WooDouble = {
  settings: { url: string; key: string; secret: string };
  orders: WooOrderDouble[];
  customers: { id: number; email: string; first_name?: string; last_name?: string }[];
  products: object[];
  variations: (object & { parent_id: number })[];
  /** Settings of the group «products»; undefined where the key may not read them. */
  shopOptions: { id: string; value: string }[] | undefined;
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
const noRoute = () => refused(404, 'rest_no_route', 'No route was found matching the URL and request method.');
const noOrder = () => refused(404, 'woocommerce_rest_shop_order_invalid_id', 'Invalid ID.');

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
  const wanted = `Basic ${Buffer.from(`${login.key}:${login.secret}`).toString('base64')}`;
  const answer =
    request.headers.authorization === wanted
      ? answerTo(double, { method, parts: path.split('/'), query, body: text === '' ? {} : JSON.parse(text) })
      : refused(401, 'woocommerce_rest_authentication_error', 'Consumer key is invalid.');
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

function answerTo(double: WooDouble, call: Call): Answer {
  const [kind, id] = call.parts;
  if (kind === 'payment_gateways') return gateway(double, id ?? '');
  if (kind === 'data') return { status: 200, body: { code: 'EUR', name: 'Euro' } };
  if (kind === 'products' || kind === 'variations') return catalogue(double, call);
  if (kind === 'settings')
    return double.shopOptions
      ? { status: 200, body: double.shopOptions }
      : refused(403, 'woocommerce_rest_cannot_view', 'Sorry, you cannot view this resource.');
  if (kind === 'customers') return customer(double, id ?? '');
  if (kind !== 'orders') return noRoute();
  return id === undefined ? list(double, call) : ordersAnswer(double, call);
}

function ordersAnswer(double: WooDouble, call: Call): Answer {
  const [, id, part] = call.parts;
  const order = double.orders.find((candidate) => String(candidate.id) === id);
  if (!order) return noOrder();
  if (part === 'refunds') return call.method === 'GET' ? { status: 200, body: order.made } : refund(double, order, call.body);
  if (part === 'notes') return call.method === 'GET' ? { status: 200, body: order.notes } : note(order, call.body);
  if (call.method === 'PUT') update(double, order, call.body);
  return { status: 200, body: fieldsOf(order, call.query._fields) };
}

function customer({ customers }: WooDouble, id: string): Answer {
  const found = customers.find((one) => String(one.id) === id);
  return found ? { status: 200, body: found } : refused(404, 'woocommerce_rest_invalid_id', 'Invalid resource ID.');
}

function list(double: WooDouble, { query }: Call): Answer {
  const own = double.orders.filter((order) =>
    query.search === undefined
      ? double.ignoresCustomer || String(order.customer_id) === query.customer
      : [String(order.id), order.number].some((number) => number.includes(query.search ?? '')),
  );
  const { after = '', before = '~' } = query;
  const dated = own.filter(({ date_created_gmt: created }) => created > after && created < before);
  const newestFirst = dated.toSorted((a, b) => b.date_created_gmt.localeCompare(a.date_created_gmt) || b.id - a.id);
  const sorted = query.order === 'asc' ? newestFirst.toReversed() : newestFirst;
  return paged(
    sorted.map((order) => fieldsOf(order, query._fields)),
    query,
  );
}

function catalogue({ products, variations, isOld }: WooDouble, { parts: [kind, id], query }: Call): Answer {
  if (kind === 'variations') return isOld ? noRoute() : paged(variations, query);
  if (id === undefined) return paged(products, query);
  return paged(
    variations.filter(({ parent_id: parent }) => String(parent) === id).map(({ parent_id: _parent, ...variation }) => variation),
    query,
  );
}

function paged(all: object[], query: Call['query']): Answer {
  const [size, page] = [Number(query.per_page ?? 10), Number(query.page ?? 1)];
  if (size > 100) return refused(400, 'rest_invalid_param', 'Invalid parameter(s): per_page');
  return {
    status: 200,
    body: all.slice((page - 1) * size, page * size),
    headers: { 'X-WP-Total': String(all.length), 'X-WP-TotalPages': String(Math.ceil(all.length / size)) },
  };
}

function fieldsOf({ notes, made, ...order }: WooOrderDouble, fields: string | undefined): object {
  const whole = { ...order, _links: {} };
  return fields === undefined ? whole : Object.fromEntries(Object.entries(whole).filter(([name]) => fields.split(',').includes(name)));
}

function update(double: WooDouble, order: WooOrderDouble, body: Record<string, unknown>): void {
  const { status, shipping, meta_data: metaData } = body as Partial<WooOrderDouble>;
  for (const { key, value } of metaData ?? []) {
    order.meta_data = [...order.meta_data.filter((meta) => meta.key !== key), { key, value }];
  }
  if (status !== undefined) order.status = status;
  if (!shipping) return;
  // WooCommerce adds an order up anew when its address is sent along.
  const tax = (state: string) => double.taxes.get(state) ?? 0;
  order.total = (Number(order.total) - tax(order.shipping.state) + tax(shipping.state)).toFixed(2);
  order.shipping = { ...order.shipping, ...shipping };
}

function refund(double: WooDouble, order: WooOrderDouble, body: Record<string, unknown>): Answer {
  const { amount, reason, api_refund: throughGateway, meta_data: metaData } = body as Omit<Refund, 'id'> & { api_refund: boolean };
  const left = Number(order.total) - order.made.reduce((sum, made) => sum + Number(made.amount), 0);
  if (Number(amount) > left + 0.001) return refused(500, 'woocommerce_rest_cannot_create_order_refund', 'Invalid refund amount.');
  const way = double.gateways.get(order.payment_method);
  if (throughGateway && (!way?.refunds || way.refuses))
    return refused(500, 'woocommerce_rest_cannot_create_order_refund', 'The payment gateway for this order does not support automatic refunds.');
  const made = { id: 900 + order.made.length, amount, total: `-${amount}`, reason, meta_data: metaData };
  order.made.push(made);
  order.refunds = order.made.map(({ total }) => ({ total }));
  if (left - Number(amount) < 0.005) order.status = 'refunded';
  return { status: 201, body: made };
}

function note(order: WooOrderDouble, body: Record<string, unknown>): Answer {
  const made = { id: order.notes.length + 1, note: String(body.note), customer_note: body.customer_note === true };
  order.notes.push(made);
  return { status: 201, body: made };
}

function gateway({ gateways }: WooDouble, id: string): Answer {
  const way = gateways.get(id);
  if (!way) return refused(404, 'woocommerce_rest_payment_gateway_invalid', 'Resource does not exist.');
  return { status: 200, body: { id, method_supports: way.refunds ? ['products', 'refunds'] : ['products'] } };
}
