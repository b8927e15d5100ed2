import { startRealDatabases } from './real-postgres.ts';
import { stops, zombieSuite } from './zombie-suite.ts';

/** The locks of a stopped transaction are held against the others until the server ends it. The embedded Postgres is one session and has none. */
const inTransactions = [
  { title: 'in the transaction of the click', match: '^after settle card', holdsRun: false },
  { title: 'in the transaction of the end', match: '^after end run', nth: 2 },
];

zombieSuite('Postgres', { stops: [...stops, ...inTransactions], databases: startRealDatabases });
