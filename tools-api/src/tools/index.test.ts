import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import { assertComplete, createHandlers } from './index.ts';

const handlers = createHandlers({} as never);

test('every shipped manifest has a handler and every handler a manifest', () => assertComplete(loadManifests(), handlers));

test('a tool with one half only stops the boot by its name', () => {
  assert.throws(() => assertComplete(loadManifests(), {}), /manifest cancel_order has no handler/);
  assert.throws(() => assertComplete(new Map(), handlers), /handler cancel_order has no manifest/);
});

test('a write with the handler of a read stops the boot by its name, and the other way round', () => {
  assert.throws(() => assertComplete(loadManifests(), { ...handlers, cancel_order: async () => ({}) }), /handler cancel_order is one of a read/);
  const write = handlers.cancel_order ?? assert.fail();
  assert.throws(() => assertComplete(loadManifests(), { ...handlers, get_order_status: write }), /handler get_order_status is one of a write/);
});
