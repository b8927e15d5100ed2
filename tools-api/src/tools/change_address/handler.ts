// change_address: sends one of the customer's own orders elsewhere, before it is processed and within the same country.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Address, Order, ShopReads, Subject } from '../../backends/shop.ts';
import { addressInWords, assertAddressOpen } from '../delivery-address.ts';
import type { Backends, WriteHandler } from '../handler.ts';
import { notAllowed, type OwnOrder, ownOrder } from '../own-order.ts';

type Args = Omit<Address, 'country'> & { order_id: string; country?: string };
/** Before the visitor was asked where to. */
type Unasked = Partial<Args> & Pick<Args, 'order_id'>;

export function createChangeAddress(backends: Pick<Backends, 'shop'>): WriteHandler {
  return {
    preview: async (args: Args | Unasked, { subject, connection, signal }) => {
      const shop = backends.shop.within(connection, { signal });
      const find = async (customer: string) => await shop.findOrder(customer, args.order_id, signal);
      const { order } = await openOrder(shop, subject, find);
      const isNamed = args.address1 !== undefined && args.city !== undefined;
      return {
        summary: `Send order ${order.order_id} to another address`,
        facts: [
          { label: 'Until now', value: addressInWords(order.shipping_address) },
          ...(isNamed ? [{ label: 'New address', value: addressInWords(newAddress(args as Args, order.shipping_address)) }] : []),
        ],
      };
    },
    run: async (args: Args, { subject, connection, effectKey, signal }) => {
      const shop = backends.shop.within(connection, { effectKey, signal });
      const find = async (customer: string) => await shop.lockOrder(customer, args.order_id);
      const { order } = await openOrder(shop, subject, find);
      const address = newAddress(args, order.shipping_address);
      const changedAt = await shop.changeAddress(order, address);
      return { order_id: order.order_id, status: 'pending', changed_at: changedAt.toISOString(), ship_to: addressInWords(address) };
    },
  };
}

/** @throws AiguyError not_found, not_allowed_now */
async function openOrder(shop: ShopReads, subject: Subject, find: (customerId: string) => Promise<Order | undefined>): Promise<OwnOrder> {
  const own = await ownOrder(shop, subject, find);
  assertAddressOpen(own.order);
  return own;
}

/**
 * As complete as the present one, in the same country: elsewhere delivery has another price.
 * @throws AiguyError not_allowed_now, invalid_input for an address that can't be one
 */
function newAddress({ address1, address2, city, state, zip, country }: Args, present: Address): Address {
  const address: Address = {
    address1: oneLine('address1', address1),
    ...(address2 === undefined ? {} : { address2: oneLine('address2', address2) }),
    city: oneLine('city', city),
    ...(state === undefined ? {} : { state: oneLine('state', state) }),
    ...(zip === undefined ? {} : { zip: oneLine('zip', zip) }),
    country: present.country,
  };
  if (country !== undefined && countryCode(country) !== countryCode(present.country))
    throw notAllowed('an order can’t be sent to another country here, because delivery there has another price; our team can help', '/country');
  for (const name of ['state', 'zip'] as const)
    if (present[name] && !address[name]) throw invalid(name, `is missing; a complete address in this country has a ${name}`);
  if (addressInWords(address) === addressInWords(present)) throw notAllowed('the order already goes to this address', '/address1');
  return address;
}

/** @throws AiguyError invalid_input */
function oneLine(name: string, text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '' || /[\p{C}<>]/u.test(line)) throw invalid(name, 'must be plain text on one line');
  return line;
}

function invalid(name: string, rule: string): AiguyError {
  return new AiguyError('invalid_input', { details: [{ pointer: `/${name}`, rule }] });
}

const namesOfUs = new Set(['us', 'usa', 'united states', 'united states of america']);

/** Shops write codes, customers names: both are brought to one form, by the names that English has for codes. */
function countryCode(text: string): string {
  const name = text.replaceAll('.', '').trim().toLowerCase();
  if (namesOfUs.has(name)) return 'united states';
  if (!/^[a-z]{2}$/.test(name)) return name;
  return (new Intl.DisplayNames('en', { type: 'region' }).of(name.toUpperCase()) ?? name).toLowerCase();
}
