// The embedded Postgres in a process of its own, so that its memory is seen apart and a long statement can be ended: PGlite has no other way.
import { startEmbeddedPostgres } from '../scripts/embedded-postgres.ts';

const [dataDir = ''] = process.argv.slice(2);
const { url } = await startEmbeddedPostgres({ dataDir });
process.send?.({ url });
