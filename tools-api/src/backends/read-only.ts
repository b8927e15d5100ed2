// The database as reads see it: every statement in a read-only transaction, as a role that may do nothing but read.
import { type Connection, type Database, inTransaction } from '@aiguy/manifests/database';

const reader = 'aiguy_tools_reader';

/**
 * @returns the same pool; what is asked of it directly, and in transactions begun on its connections by BEGIN, can't change anything
 * @param options.asRole false: the server may have no such role for us (see migrations/0014_guards.sql)
 */
export function readOnly(database: Database, options: { asRole: boolean }): Database {
  // Both in one message, so that no statement comes between them.
  const begin = options.asRole ? `BEGIN READ ONLY; SET LOCAL ROLE ${reader}` : 'BEGIN READ ONLY';
  const query = async (...args: unknown[]) => await inTransaction(database, async (connection) => await ask(connection, args), begin);
  const connect = async () =>
    bent(await database.connect(), (connection) => ({ query: async (...args) => await askWithin(connection, args, begin) }));
  return bent(database, () => ({ query, connect }));
}

/** Whether the role is there and we may be it. @throws whatever the database fails with otherwise */
export async function mayBeReader(database: Database): Promise<boolean> {
  try {
    await inTransaction(database, async (connection) => await connection.query(`SET LOCAL ROLE ${reader}`));
    return true;
  } catch (error) {
    // invalid_parameter_value (there is none), insufficient_privilege
    if (error instanceof Error && 'code' in error && (error.code === '22023' || error.code === '42501')) return false;
    throw error;
  }
}

async function askWithin(connection: Connection, args: unknown[], begin: string): Promise<unknown> {
  return await ask(connection, args[0] === 'BEGIN' ? [begin] : args);
}

async function ask(connection: Connection, args: unknown[]): Promise<unknown> {
  return await (connection.query as (...args: unknown[]) => Promise<unknown>).apply(connection, args);
}

type Asked = (...args: unknown[]) => Promise<unknown>;

/** The same object with some methods replaced. */
function bent<T extends object>(target: T, replace: (target: T) => Record<string, Asked>): T {
  const replaced = replace(target);
  return new Proxy(target, {
    get: (_target, name) => {
      const value: unknown = typeof name === 'string' && Object.hasOwn(replaced, name) ? replaced[name] : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
