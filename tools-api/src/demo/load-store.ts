// Copies the demo shop's JSON Lines into its tables. Running it again puts products back to the seed's state; what customers change stays.
import { readFile } from 'node:fs/promises';
import type { Connection } from '@aiguy/manifests/database';

const folder = new URL('../../demo/store/', import.meta.url);

/** One statement a table: the columns are those of the table that the seed's records carry. `stays`: tools change its rows. */
const tables = [
  {
    file: 'customers.jsonl',
    table: 'customers',
    stays: true,
    key: 'customer_id',
    columns: ['customer_id', 'wp_user_id', 'first_name', 'last_name', 'email', 'address', 'payment_methods'],
  },
  { file: 'products.jsonl', table: 'products', key: 'product_id', columns: ['product_id', 'name', 'category', 'price_min', 'price_max'] },
  {
    file: 'orders.jsonl',
    table: 'orders',
    stays: true,
    key: 'order_id',
    columns: [
      'order_id',
      'customer_id',
      'status',
      'created_at',
      'updated_at',
      'shipped_at',
      'delivered_at',
      'cancelled_at',
      'currency',
      'total',
      'shipping_address',
      'items',
      'fulfillments',
      'payments',
    ],
  },
  {
    file: 'invoices.jsonl',
    table: 'invoices',
    stays: true,
    key: 'invoice_id',
    columns: [
      'invoice_id',
      'order_id',
      'customer_id',
      'issued_at',
      'currency',
      'lines',
      'subtotal',
      'tax',
      'total',
      'amount_paid',
      'amount_refunded',
      'status',
      'payment_method_id',
    ],
  },
  {
    file: 'tickets.jsonl',
    table: 'tickets',
    stays: true,
    key: 'reference',
    columns: ['reference', 'owner', 'category', 'priority', 'summary', 'details', 'status', 'created_at', 'updated_at'],
  },
];

/** @returns the number of records read */
export async function loadStore(connection: Connection): Promise<number> {
  let records = 0;
  for (const { file, table, key, columns, stays } of tables) {
    const rows = await readLines(file);
    await upsert(connection, { table, key, columns, rows, stays });
    if (table === 'products') await upsert(connection, variantsOf(rows));
    records += rows.length;
  }
  return records;
}

type Upsert = { stays?: boolean | undefined; table: string; key: string; columns: string[]; rows: Record<string, unknown>[] };

function variantsOf(products: Record<string, unknown>[]): Upsert {
  const rows = products.flatMap((product) =>
    (product.variants as Record<string, unknown>[]).map((variant) => ({ ...variant, product_id: product.product_id })),
  );
  return { table: 'product_variants', key: 'sku', columns: ['sku', 'product_id', 'options', 'available', 'price'], rows };
}

async function upsert(connection: Connection, { table, key, columns, rows, stays }: Upsert): Promise<void> {
  const list = columns.join(', ');
  const updates = columns.filter((column) => column !== key).map((column) => `${column} = excluded.${column}`);
  await connection.query(
    `INSERT INTO ${table} (${list}) SELECT ${list} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)
     ON CONFLICT (${key}) DO ${stays ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`}`,
    [JSON.stringify(rows)],
  );
}

async function readLines(file: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(new URL(file, folder), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
