// GET /openapi.json: complete, valid, and made from the manifests.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import type { Service } from '@aiguy/manifests/service';
import { Validator } from '@seriousme/openapi-schema-validator';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
let service: Service;
const tools = [...loadManifests().values()];

before(async () => {
  harness = await startHarness({ shopOnly: true });
  service = await harness.build();
});
after(async () => await harness?.close());

test('the OpenAPI page has one operation a manifest, and every reference on it leads somewhere', async () => {
  const page = (await service.app.inject({ url: '/openapi.json' })).json() as OpenapiPage;
  const operations = Object.entries(page.paths).flatMap(([path, { post }]) => (post && path.startsWith('/tools/') ? [post] : []));
  const writes = tools.filter(({ manifest }) => manifest.effect === 'write').map(({ manifest }) => manifest.name);
  assert.match(page.openapi, /^3\.1\.\d$/);
  assert.deepEqual(
    operations.map((operation) => operation.operationId),
    tools.flatMap(({ manifest: { name } }) => (writes.includes(name) ? [name, `preview_${name}`] : [name])),
  );
  for (const { operationId, parameters, responses } of operations) {
    assert.deepEqual([parameters?.[0]?.name, '422' in responses], writes.includes(operationId) ? ['Idempotency-Key', true] : [undefined, false]);
  }
  for (const { requestBody, responses } of operations) {
    assert.equal(requestBody.content['application/json'].schema.additionalProperties, false);
    assert.ok(['200', '400', '401', '403', '404', '429', '504'].every((status) => status in responses));
  }
  for (const requirement of page.security.flatMap((one) => Object.keys(one))) assert.ok(requirement in page.components.securitySchemes);
  for (const [, name = ''] of JSON.stringify(page).matchAll(/"#\/components\/schemas\/(\w+)"/g)) assert.ok(name in page.components.schemas, name);
});

test('the OpenAPI page is valid, and has every route and no other', async () => {
  const page = (await service.app.inject({ url: '/openapi.json' })).json() as OpenapiPage;
  const { valid, errors } = await new Validator().validate(page as never);
  assert.ok(valid, JSON.stringify(errors));
  const described = Object.entries(page.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
  const writes = tools.filter(({ manifest }) => manifest.effect === 'write');
  const expected = routesOf(service).flatMap((route) => {
    if (route === 'POST /tools/:name') return tools.map(({ manifest }) => `POST /tools/${manifest.name}`);
    if (route === 'POST /tools/:name/preview') return writes.map(({ manifest }) => `POST /tools/${manifest.name}/preview`);
    return [route.replaceAll(/:(\w+)/g, '{$1}')];
  });
  assert.deepEqual(described.sort(), expected.filter((route) => !/^HEAD |^(GET|DELETE) \/mcp$/.test(route)).sort());
});

/** From the tree that Fastify prints: each line has a piece of a path, and the methods that end there. */
function routesOf({ app }: Service): string[] {
  const pieces: string[] = [];
  return app
    .printRoutes()
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', piece = '', methods] = /^([│├└─ ]*)(\S*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
      pieces.length = Math.max(0, indent.length / 4 - 1);
      pieces.push(piece);
      return methods === undefined ? [] : methods.split(', ').map((method) => `${method} ${pieces.join('')}`);
    });
}

type OpenapiPage = {
  openapi: string;
  security: Record<string, unknown>[];
  paths: Record<string, { post?: OpenapiOperation }>;
  components: { securitySchemes: object; schemas: object };
};
type OpenapiOperation = {
  operationId: string;
  parameters?: { name: string }[];
  requestBody: { content: { 'application/json': { schema: { additionalProperties: boolean } } } };
  responses: object;
};

test('to read there is a page with every operation, without script, that runs nothing', async () => {
  const { statusCode, headers, body } = await service.app.inject({ url: '/openapi.html' });
  assert.deepEqual([statusCode, headers['content-type']], [200, 'text/html; charset=utf-8']);
  assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/);
  assert.doesNotMatch(body, /<script|https?:\/\/(?!json-schema)[^"&\s]+\.js/);
  for (const { manifest } of tools) assert.ok(body.includes(`<code>/tools/${manifest.name}</code>`), manifest.name);
});
