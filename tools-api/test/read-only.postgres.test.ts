// What read-only.test.ts says, on a real Postgres with several connections.
process.env.AIGUY_TEST_POSTGRES = 'native';
await import('./read-only.test.ts');

export {};
