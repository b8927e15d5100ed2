// A transaction's connection for as long as a handler may use it. A handler that goes on after its time would write outside of any transaction,
// or in somebody else's.
import type { Connection } from '@aiguy/manifests/database';
import type { Queryable } from '../backends/shop.ts';

export function lend(connection: Connection): { connection: Queryable; takeBack: () => void } {
  let isLent = true;
  const query = async (...args: unknown[]) => {
    if (!isLent) throw new Error('the transaction of this call is over');
    return await (connection.query as (...args: unknown[]) => Promise<unknown>).apply(connection, args);
  };
  return {
    connection: { query: query as Connection['query'] },
    takeBack: () => {
      isLent = false;
    },
  };
}
