import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance, type Input, initialState, repairsMax, type State } from './machine.ts';

const calls = [{ id: 'c1', name: 'get_order_status', argumentsText: '{}' }];
const inputs: Record<Input['type'], Input> = {
  accepted: { type: 'accepted' },
  answered: { type: 'answered' },
  called_tools: { type: 'called_tools', calls },
  tools_finished: { type: 'tools_finished', malformed: false, waiting: false },
  reopened: { type: 'reopened' },
  asked: { type: 'asked' },
  decided: { type: 'decided' },
  observed: { type: 'observed', malformed: false, toolsLeft: 1 },
  released: { type: 'released' },
  failed: { type: 'failed', code: 'model_unavailable' },
  cancelled: { type: 'cancelled' },
};
const states: State[] = [
  { at: 'RECEIVE' },
  { at: 'PLAN', repairs: 0 },
  { at: 'EXECUTE_TOOL', repairs: 0 },
  { at: 'CONFIRM', repairs: 0 },
  { at: 'OBSERVE', repairs: 0 },
  { at: 'RESPOND' },
  { at: 'END', outcome: { kind: 'success' } },
];

/** State × input → next state and command; pairs that are missing are programmer's errors. */
const table: Record<string, [State['at'], string]> = {
  'RECEIVE accepted': ['PLAN', 'call_model'],
  'RECEIVE decided': ['EXECUTE_TOOL', 'carry_out'],
  'PLAN answered': ['RESPOND', 'release_answer'],
  'PLAN called_tools': ['EXECUTE_TOOL', 'execute_tools'],
  'PLAN reopened': ['END', 'finish'],
  'CONFIRM asked': ['END', 'finish'],
  'CONFIRM decided': ['EXECUTE_TOOL', 'carry_out'],
  'EXECUTE_TOOL tools_finished': ['OBSERVE', 'observe'],
  'EXECUTE_TOOL answered': ['RESPOND', 'release_answer'],
  'OBSERVE observed': ['PLAN', 'call_model'],
  'RESPOND answered': ['RESPOND', 'release_answer'],
  'RESPOND released': ['END', 'finish'],
};
for (const at of ['RECEIVE', 'PLAN', 'EXECUTE_TOOL', 'CONFIRM', 'OBSERVE', 'RESPOND']) {
  table[`${at} failed`] = ['END', 'finish'];
  table[`${at} cancelled`] = ['END', 'finish'];
}

for (const state of states) {
  for (const input of Object.values(inputs)) {
    const expected = table[`${state.at} ${input.type}`];
    test(`${input.type} in ${state.at} ${expected ? `leads to ${expected[0]}` : 'is an error of the program'}`, () => {
      if (!expected) return assert.throws(() => advance(state, input));
      const step = advance(state, input);
      assert.deepEqual([step.state.at, step.command.type], expected);
    });
  }
}

test('with no tool call left the model writes without tools', () => {
  const step = advance({ at: 'OBSERVE', repairs: 0 }, { type: 'observed', malformed: false, toolsLeft: 0 });
  assert.deepEqual(step, { state: { at: 'RESPOND' }, command: { type: 'call_model', purpose: 'answer' } });
});

test('a call that needs the visitor pauses the turn', () => {
  const step = advance({ at: 'EXECUTE_TOOL', repairs: 0 }, { type: 'tools_finished', malformed: false, waiting: true });
  assert.deepEqual(step, { state: { at: 'CONFIRM', repairs: 0 }, command: { type: 'ask' } });
  assert.deepEqual(advance(step.state, { type: 'asked' }).state, { at: 'END', outcome: { kind: 'interrupt' } });
});

test('malformed calls may be repaired twice in a row, then the model has to ask', () => {
  let step = advance(initialState, inputs.accepted);
  for (let round = 0; round <= repairsMax; round += 1) {
    assert.equal(step.state.at, 'PLAN', `round ${round}`);
    step = advance(step.state, inputs.called_tools);
    step = advance(step.state, { type: 'tools_finished', malformed: true, waiting: false });
    step = advance(step.state, { type: 'observed', malformed: true, toolsLeft: 3 });
  }
  assert.deepEqual([step.state.at, step.command], ['RESPOND', { type: 'call_model', purpose: 'answer' }]);
});

test('a well-formed call sets the count of repairs back', () => {
  const step = advance({ at: 'OBSERVE', repairs: 2 }, inputs.observed);
  assert.deepEqual(step.state, { at: 'PLAN', repairs: 0 });
});

test('the outcome of a turn is what ended it', () => {
  assert.deepEqual(advance({ at: 'PLAN', repairs: 0 }, inputs.failed).command, {
    type: 'finish',
    outcome: { kind: 'error', code: 'model_unavailable' },
  });
  assert.deepEqual(advance({ at: 'EXECUTE_TOOL', repairs: 0 }, inputs.cancelled).command, { type: 'finish', outcome: { kind: 'cancelled' } });
});
