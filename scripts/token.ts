// npm run token: prints one development token and nothing else.
import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { signToken } from '@aiguy/manifests/tokens';
import { dataDirectory } from './data-directory.ts';
import { allScopes, developmentSigner } from './keys.ts';

const help = `Usage: npm run token -- --for tools|chat [--sub SUBJECT] [--scope SCOPE]... [--sid SESSION]

Prints a token of the development issuer, which the services of \`npm start\` trust.
  --for tools   a tools access token, one hour, for POST /tools/:name (default subject customer:aarav_martin_9556)
  --for chat    a visitor assertion, five minutes, for POST /chat (default subject: a new guest)
  --sub         wp:<blog>:<user>, anon:<random> or customer:<id>
  --scope       may be repeated; default: all (${allScopes.join(', ')})
  --sid         session of a chat token; default: a new one
`;

const { values } = parseArgs({
  options: {
    for: { type: 'string' },
    sub: { type: 'string' },
    sid: { type: 'string' },
    scope: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
} else {
  process.stdout.write(`${await token()}\n`);
}

async function token(): Promise<string> {
  if (process.env.NODE_ENV === 'production' || process.env.AIGUY_ENV === 'production') fail('Development tokens are refused in production.');
  const key = await developmentSigner(dataDirectory());
  const scopes = values.scope ?? allScopes;
  const unknown = scopes.find((scope) => !allScopes.includes(scope));
  if (unknown) fail(`Unknown scope ${unknown}; there are ${allScopes.join(', ')}.`);
  if (values.for === 'tools') {
    return await signToken('tools-access', key, { sub: values.sub ?? 'customer:aarav_martin_9556', scopes, jti: randomUUID() });
  }
  if (values.for === 'chat') {
    const sub = values.sub ?? `anon:${randomBytes(16).toString('base64url')}`;
    return await signToken('visitor-assertion', key, { sub, sid: values.sid ?? randomBytes(24).toString('base64url'), scopes, jti: randomUUID() });
  }
  return fail(`--for must be tools or chat.\n\n${help}`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
