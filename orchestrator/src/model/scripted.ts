// A model that follows a script: for tests, demonstrations and bug reports. No key, no network, the same events every time.
import { keepContract } from './keep-contract.ts';
import type { ModelEvent, ModelPort, ModelRequest } from './port.ts';

/** The events of one call; a promise in between holds the stream until it resolves. */
export type ScriptedStep = readonly (ModelEvent | Promise<unknown>)[];

/** @param script the steps in the order of the calls (beyond the last it fails), or a function of the request */
export function createScriptedModel(script: readonly ScriptedStep[] | ((request: ModelRequest) => ScriptedStep)): ModelPort {
  let calls = 0;
  const play = async function* (request: ModelRequest): AsyncGenerator<ModelEvent> {
    const step = typeof script === 'function' ? script(request) : script[calls];
    calls += 1;
    if (!step) throw new Error(`the script has no step ${calls}`);
    for (const event of step) {
      if (event instanceof Promise) await event;
      else yield event;
    }
  };
  return {
    name: 'scripted',
    estimateTokens: (text) => Math.ceil(text.length / 4),
    stream: (request, signal) => keepContract(play(request), signal),
  };
}
