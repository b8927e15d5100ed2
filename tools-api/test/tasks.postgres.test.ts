// What long tasks guarantee, on a real Postgres with several connections: the same tests as on the embedded one.
process.env.AIGUY_TEST_POSTGRES = 'native';
await import('./tasks.test.ts');

export {};
