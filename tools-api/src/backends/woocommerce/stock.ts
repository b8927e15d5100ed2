// How many of a product a WooCommerce has, as far as it shows that on its own pages.
import type { Stock } from '../products.ts';
import type { WooClient } from './client.ts';

/** stock_quantity and low_stock_amount: numbers, null where the shop doesn't count or has set none; older versions leave some of them out. */
export type WooStock = { stock_status: string; stock_quantity?: unknown; backorders_allowed?: unknown; low_stock_amount?: unknown };

/** Fields of a product or a variation that a stock is read from, besides its state. */
export const stockFields = ['stock_quantity', 'backorders_allowed', 'low_stock_amount'];

/** shows: what the shop tells on its pages; lowAmount: from so many on it is low, where the product has no number of its own. */
export type StockDisplay = { shows: 'always' | 'when_low' | 'never'; lowAmount: number };

/** As a WooCommerce is installed. */
const usual: StockDisplay = { shows: 'always', lowAmount: 2 };

/** A key that may not read the shop's settings is no reason to sell nothing. */
export async function readStockDisplay(client: WooClient, signal: AbortSignal): Promise<StockDisplay> {
  const body = (await client.get('settings/products', { _fields: 'id,value' }, signal).catch(() => undefined))?.body;
  const values = new Map(Array.isArray(body) ? body.map((one: { id?: unknown; value?: unknown } | null) => [one?.id, one?.value]) : []);
  const format = values.get('woocommerce_stock_format');
  const low = Number.parseInt(String(values.get('woocommerce_notify_low_stock_amount')), 10);
  return {
    shows: format === 'no_amount' ? 'never' : format === 'low_amount' ? 'when_low' : 'always',
    lowAmount: Number.isInteger(low) && low >= 0 ? low : usual.lowAmount,
  };
}

/** @param options.parent the product of a variation, whose number counts where the variation has none */
export function stockOf(item: WooStock, { display, parent }: { display: StockDisplay; parent?: WooStock | undefined }): Stock {
  if (item.stock_status === 'outofstock') return {};
  const { stock_quantity: counted } = item;
  if (item.stock_status === 'onbackorder') return { onBackorder: true };
  if (typeof counted !== 'number') return {};
  // Sold further than it goes.
  if (counted < 1) return item.backorders_allowed === true ? { onBackorder: true } : {};
  const low = [item.low_stock_amount, parent?.low_stock_amount].find((amount) => typeof amount === 'number') ?? display.lowAmount;
  const isLow = counted <= low;
  if (display.shows === 'never' || (display.shows === 'when_low' && !isLow)) return {};
  return { quantity: Math.floor(counted), ...(isLow ? { isLow } : {}) };
}
