// The points of a turn with a write at which a process is killed, by the names of kill-switch.ts.
import type { KillPlan } from './kill-plan.ts';

export type Point = {
  title: string;
  /** Whose points are counted, and who dies there. */
  at: 'orchestrator' | 'tools';
  dies: 'orchestrator' | 'tools';
  plan: Pick<KillPlan, 'match'> & Partial<KillPlan>;
};

const messageKept = 'COMMIT .*append RUN_STARTED, insert run\\)$';
const cardKept = 'COMMIT .*insert card';
const clickKept = 'COMMIT .*plan effect';
const endKept = 'COMMIT .*append RUN_FINISHED:success, .*end run';
const effectKept = 'COMMIT .*insert into idempotency_keys';
/** Others read, some of them beside the turn. */
const writeSent = 'POST /tools/(create_support_ticket|cancel_order)$';

/** In the order of the turn. */
export const points: Point[] = [
  own('message not yet kept', `^before ${messageKept}`),
  own('message kept, not yet acknowledged', `^after ${messageKept}`),
  own('before the model is asked', '^before POST /v1/messages'),
  own('middle of the planning stream', '^chunk of POST /v1/messages', 5),
  own('tool call on record', '^after append TOOL_CALL_START'),
  own('tool call kept, before the preview', '^before POST /tools/\\w+/preview'),
  own('preview answered, before the card is kept', `^before ${cardKept}`),
  own('card kept', `^after ${cardKept}`),
  own('click not yet kept', `^before ${clickKept}`),
  own('click kept, before dispatch', `^after ${clickKept}`),
  own('dispatch kept, before the call', `^before ${writeSent}`),
  { title: 'call in flight, effect committed', at: 'tools', dies: 'orchestrator', plan: { match: `^after ${effectKept}` } },
  own('answer received, before it is settled', `^after ${writeSent}`),
  own('settled, before the result is told', '^after settle effect'),
  own('result told, before it is kept', '^after append TOOL_CALL_RESULT'),
  own('result kept, before the model is asked again', '^before POST /v1/messages', 2),
  own('middle of the final text', '^after append .*TEXT_MESSAGE_CONTENT'),
  own('final text on record, before the end', '^after append .*TEXT_MESSAGE_END'),
  own('end not yet kept', `^before ${endKept}`),
  own('end kept', `^after ${endKept}`),
  { title: 'tools API: effect not yet committed', at: 'tools', dies: 'tools', plan: { match: `^before ${effectKept}` } },
  { title: 'tools API: effect committed, before its reply', at: 'tools', dies: 'tools', plan: { match: `^after ${effectKept}` } },
];

function own(title: string, match: string, nth = 1): Point {
  return { title, at: 'orchestrator', dies: 'orchestrator', plan: { match, nth } };
}
