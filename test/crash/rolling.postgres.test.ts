import { startRealDatabases } from './real-postgres.ts';
import { rollingSuite } from './rolling-suite.ts';

rollingSuite('Postgres', startRealDatabases);
