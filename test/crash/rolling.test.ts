import { rollingSuite } from './rolling-suite.ts';

rollingSuite('Embedded Postgres');
