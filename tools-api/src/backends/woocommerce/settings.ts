// What the variables WOOCOMMERCE_* mean together: whether the shop is a WooCommerce, and how it is asked. The keys stand here and nowhere else.
import { ConfigError, type VariableSchema } from '@aiguy/manifests/environment';
import { safeUrl } from '../safe-url.ts';

export type WooVariables = Readonly<{
  WOOCOMMERCE_URL: string | undefined;
  WOOCOMMERCE_KEY: string | undefined;
  WOOCOMMERCE_SECRET: string | undefined;
}>;

/** url: the site's address without a slash at its end. */
export type WooSettings = { url: string; key: string; secret: string };

export const wooVariables: Record<keyof WooVariables, VariableSchema> = {
  WOOCOMMERCE_URL: {
    type: 'string',
    maxLength: 300,
    description: 'Address of the WooCommerce site, such as https://shop.example; unset = the demo shop.',
  },
  WOOCOMMERCE_KEY: { type: 'string', pattern: '^ck_[\\x21-\\x7e]{10,100}$', description: 'Consumer key with read and write access.' },
  WOOCOMMERCE_SECRET: { type: 'string', pattern: '^cs_[\\x21-\\x7e]{10,100}$', description: 'Its consumer secret.' },
};

/**
 * @returns undefined where the shop is the demo shop
 * @throws ConfigError naming the variable, what is wrong and what to do; never a key
 */
export function readWooSettings({ WOOCOMMERCE_URL: text, WOOCOMMERCE_KEY: key, WOOCOMMERCE_SECRET: secret }: WooVariables): WooSettings | undefined {
  const values = { WOOCOMMERCE_URL: text, WOOCOMMERCE_KEY: key, WOOCOMMERCE_SECRET: secret };
  if (Object.values(values).every((value) => value === undefined)) return undefined;
  for (const [name, value] of Object.entries(values))
    if (value === undefined) throw new ConfigError(name, 'is not set; WOOCOMMERCE_URL, WOOCOMMERCE_KEY and WOOCOMMERCE_SECRET belong together');
  const url = safeUrl('WOOCOMMERCE_URL', text ?? '');
  if (url.search !== '') throw new ConfigError('WOOCOMMERCE_URL', 'must have no query, such as https://shop.example');
  return { url: url.href.replace(/\/+$/, ''), key: key ?? '', secret: secret ?? '' };
}
