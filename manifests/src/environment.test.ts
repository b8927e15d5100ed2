import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvironment, type VariableSchema } from './environment.ts';

type Settings = { PORT: number; KEY: string; LIST: string[]; NAME: string | undefined };
const schemas: Record<keyof Settings, VariableSchema> = {
  PORT: { type: 'integer', minimum: 1, maximum: 65535, default: 8787, description: 'Port.' },
  KEY: { type: 'string', minLength: 16, required: true, description: 'A key.' },
  LIST: { type: 'array', items: { type: 'string' }, default: [], description: 'A list.' },
  NAME: { type: 'string', description: 'A name.' },
};
const key = 'k'.repeat(16);

test('unset and empty variables take their default, the others are typed, the result is frozen', () => {
  const settings = readEnvironment<Settings>(schemas, { KEY: key, PORT: '', LIST: '["a"]' });
  assert.deepEqual(settings, { PORT: 8787, KEY: key, LIST: ['a'], NAME: undefined });
  assert.ok(Object.isFrozen(settings));
});

const refused: [string, Record<string, string>, RegExp][] = [
  ['a required variable that is unset', {}, /^ConfigError: KEY: is not set/],
  ['a weak key', { KEY: 'short' }, /^ConfigError: KEY: /],
  ['a port that is no number', { KEY: key, PORT: 'http' }, /^ConfigError: PORT: must be a integer/],
  ['a port out of range', { KEY: key, PORT: '70000' }, /^ConfigError: PORT: /],
  ['a list that is no JSON', { KEY: key, LIST: 'a,b' }, /^ConfigError: LIST: must be JSON/],
];
for (const [what, env, expected] of refused) {
  test(`${what} refuses to start and names the variable, never its value`, () => {
    assert.throws(
      () => readEnvironment<Settings>(schemas, env),
      (error) => {
        assert.match(String(error), expected);
        for (const value of Object.values(env)) assert.ok(!String(error).includes(value));
        return true;
      },
    );
  });
}
