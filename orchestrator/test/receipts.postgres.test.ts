// What receipts and undo guarantee, on a real Postgres with several connections: the same tests as on the embedded one.
process.env.AIGUY_TEST_POSTGRES = 'native';
await import('./receipts.test.ts');
await import('./undo.test.ts');

export {};
