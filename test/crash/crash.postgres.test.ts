import { startRealDatabases } from './real-postgres.ts';
import { crashSuite } from './suite.ts';

crashSuite('Postgres', startRealDatabases);
