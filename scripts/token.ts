// npm run token: prints one development token, or a code that pairs a site, and nothing else.
import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { signToken } from '@aiguy/manifests/tokens';
import { dataDirectory } from './data-directory.ts';
import { allScopes, developmentSigner } from './keys.ts';
import { describePairedSites, forgetSite, printPairingCode } from './pair-sites.ts';

const help = `Usage: npm run token -- --for tools|chat [--sub SUBJECT] [--scope SCOPE]... [--sid SESSION]
       npm run token -- --pair | --sites | --unpair SITE

Prints a token of the development issuer, which the services of \`npm start\` trust.
  --for tools   a tools access token, one hour, for POST /tools/:name (default subject customer:aarav_martin_9556)
  --for chat    a visitor assertion, five minutes, for POST /chat (default subject: a new guest)
  --sub         wp:<blog>:<user>, anon:<random> or customer:<id>
  --scope       may be repeated; default: all (${allScopes.join(', ')})
  --sid         session of a chat token; default: a new one

Or has the services trust a WordPress site without a restart (reads DATABASE_URL and TOOLS_DATABASE_URL, or else the embedded databases in
AIGUY_DATA_DIR):
  --pair        prints a code that the site's owner enters within ten minutes, once
  --sites       lists the sites that were paired
  --unpair      forgets one of them
`;

const { values } = parseArgs({
  options: {
    for: { type: 'string' },
    sub: { type: 'string' },
    sid: { type: 'string' },
    scope: { type: 'string', multiple: true },
    pair: { type: 'boolean', default: false },
    sites: { type: 'boolean', default: false },
    unpair: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
} else {
  process.stdout.write(`${(await pairing()) ?? (await token())}\n`);
}

/** @returns undefined when a token is asked for */
async function pairing(): Promise<string | undefined> {
  if (values.pair) return await printPairingCode();
  if (values.sites) return await describePairedSites();
  if (values.unpair === undefined) return undefined;
  return (await forgetSite(values.unpair)) ? 'Forgotten.' : fail(`${values.unpair} was not paired; --sites lists those that were.`);
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
