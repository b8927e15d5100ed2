import { stops, zombieSuite } from './zombie-suite.ts';

zombieSuite('Embedded Postgres', { stops });
