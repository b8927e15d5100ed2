// Where an order of the demo shop is sent, and where it was sent before. Which changes are allowed, the tools decide.
import type { Address, Order, Queryable } from './shop.ts';

/** is_current: nobody has changed the address again since. */
export type AddressChange = { seconds_ago: number; restored_at: Date | null; before: Address; is_current: boolean };

/** Contract: the order is the customer's own, as findOrder or lockOrder has returned it. */
export type AddressChanges = {
  /** The last time that the address was changed here. */
  findAddressChange: (order: Order) => Promise<AddressChange | undefined>;
  /** @returns when it was changed */
  changeAddress: (order: Order, address: Address) => Promise<Date>;
  /** @returns when the address from before the last change was put back */
  restoreAddress: (order: Order, before: Address) => Promise<Date>;
};

export function addressChanges(connection: Queryable): AddressChanges {
  return {
    findAddressChange: async (order) => {
      const { rows } = await connection.query<AddressChange>(
        `SELECT extract(epoch FROM now() - changed_at)::float AS seconds_ago, restored_at, address_before AS before,
           address_after = shipping_address AS is_current
         FROM order_address_changes JOIN orders USING (order_id) WHERE order_id = $1`,
        [order.order_id],
      );
      return rows[0];
    },
    changeAddress: async (order, address) => {
      await connection.query(
        `INSERT INTO order_address_changes (order_id, changed_at, address_before, address_after) VALUES ($1, now(), $2, $3)
         ON CONFLICT (order_id) DO UPDATE
         SET changed_at = excluded.changed_at, address_before = excluded.address_before, address_after = excluded.address_after, restored_at = NULL`,
        [order.order_id, JSON.stringify(order.shipping_address), JSON.stringify(address)],
      );
      return await sendTo(connection, order, address);
    },
    restoreAddress: async (order, before) => {
      await connection.query('UPDATE order_address_changes SET restored_at = now() WHERE order_id = $1', [order.order_id]);
      return await sendTo(connection, order, before);
    },
  };
}

async function sendTo(connection: Queryable, order: Order, address: Address): Promise<Date> {
  const { rows } = await connection.query<{ at: Date }>(
    'UPDATE orders SET shipping_address = $2, updated_at = now() WHERE order_id = $1 RETURNING updated_at AS at',
    [order.order_id, JSON.stringify(address)],
  );
  const [row] = rows;
  if (!row) throw new Error('the order is gone');
  return row.at;
}
