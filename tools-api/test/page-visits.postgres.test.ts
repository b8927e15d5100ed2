// What visits to slow pages guarantee, on a real Postgres with several connections: the same tests as on the embedded one.
process.env.AIGUY_TEST_POSTGRES = 'native';
await import('./page-visits.test.ts');

export {};
