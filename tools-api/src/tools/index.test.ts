import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import { assertComplete, createHandlers } from './index.ts';

const handlers = createHandlers({} as never);

test('every shipped manifest has a handler and every handler a manifest', () => assertComplete(loadManifests(), handlers));

test('a tool with one half only stops the boot by its name', () => {
  assert.throws(() => assertComplete(loadManifests(), {}), /manifest get_order_status has no handler/);
  assert.throws(() => assertComplete(new Map(), handlers), /handler get_order_status has no manifest/);
});
