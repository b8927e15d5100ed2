// The catalogue behind the tools: what the shop sells, in which variants, at which price, and whether it is there.
import type { Database } from '@aiguy/manifests/database';

/** What a shop tells of a variant that can be ordered: how many there are, whether these are few, or that none is there and more will come. */
export type Stock = { quantity?: number; isLow?: boolean; onBackorder?: boolean };
/** available: can be ordered now. price: in units of the product's currency. */
export type Variant = Stock & { sku: string; options: Record<string, string>; available: boolean; price: number };
export type Product = { product_id: string; name: string; category: string; currency: string; variants: Variant[] };

/** Contract: the whole catalogue, by name, as it is now; products without a variant are left out. Nothing of it belongs to a customer. */
export type Products = { list: () => Promise<Product[]> };

/** A need is read against all of it at once; a larger catalogue wants a search of its own behind this port. */
const productsMax = 5000;

export function createProducts(database: Database): Products {
  return {
    list: async () => {
      const { rows } = await database.query<Product>(
        `SELECT product_id, name, category, currency,
                json_agg(json_strip_nulls(json_build_object(
                  'sku', sku, 'options', options, 'available', available, 'price', price,
                  'quantity', CASE WHEN available AND NOT on_backorder THEN nullif(quantity, 0) END,
                  'isLow', CASE WHEN available AND NOT on_backorder AND quantity BETWEEN 1 AND low_stock_amount THEN true END,
                  'onBackorder', CASE WHEN available AND on_backorder THEN true END
                )) ORDER BY price, sku) AS variants
         FROM products JOIN product_variants USING (product_id) GROUP BY product_id ORDER BY name, product_id LIMIT ${productsMax}`,
      );
      return rows;
    },
  };
}
