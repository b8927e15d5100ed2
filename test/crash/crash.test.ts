import { crashSuite } from './suite.ts';

crashSuite('Embedded Postgres');
