// What mails with codes guarantee, on a real Postgres with several connections: the same tests as on the embedded one.
process.env.AIGUY_TEST_POSTGRES = 'native';
await import('./code-mails.test.ts');

export {};
