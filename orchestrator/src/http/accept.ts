// What the caller wants to read: events or JSON (RFC 9110 § 12.5.1, as far as two types need it).
import { AiguyError } from '@aiguy/manifests/errors';

export type AnswerForm = 'events' | 'json';

/** Events when both or neither are named. @throws AiguyError not_acceptable */
export function answerForm(accept: string | undefined): AnswerForm {
  const types = (accept ?? '*/*').split(',').flatMap((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [type];
  });
  if (types.some((type) => type === 'text/event-stream' || type === 'text/*')) return 'events';
  if (types.some((type) => type === 'application/json' || type === 'application/*')) return 'json';
  if (types.includes('*/*')) return 'events';
  throw new AiguyError('not_acceptable');
}
