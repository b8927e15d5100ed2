// The catalogue behind the tools: what the shop sells, in which variants, at which price, and whether it is there.
import type { Database } from '@aiguy/manifests/database';

/** available: can be ordered now. price: in units of the product's currency. */
export type Variant = { sku: string; options: Record<string, string>; available: boolean; price: number };
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
                json_agg(json_build_object('sku', sku, 'options', options, 'available', available, 'price', price) ORDER BY price, sku) AS variants
         FROM products JOIN product_variants USING (product_id) GROUP BY product_id ORDER BY name, product_id LIMIT ${productsMax}`,
      );
      return rows;
    },
  };
}
