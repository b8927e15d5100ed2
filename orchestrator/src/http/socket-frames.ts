// What a client may send over a socket: read strictly, once, by the schema of its type.
import { AiguyError } from '@aiguy/manifests/errors';
import type { ClientFrame } from '@aiguy/manifests/generated/socket';
import socket from '@aiguy/manifests/protocol/socket.json' with { type: 'json' };
import { check, createAjv } from '@aiguy/manifests/validate';

type FrameType = ClientFrame['type'];

const ajv = createAjv().addSchema(socket);
const definition = (name: string) => ajv.compile<ClientFrame>({ $ref: `${socket.$id}#/$defs/${name}` });
const validators: Record<FrameType, ReturnType<typeof definition>> = {
  resume: definition('ResumeFrame'),
  message: definition('MessageFrame'),
  confirm: definition('ConfirmFrame'),
  input: definition('InputFrame'),
  cancel: definition('CancelFrame'),
  typing: definition('TypingFrame'),
};

/** @throws AiguyError invalid_request naming which field broke which rule */
export function parseFrame(text: string): ClientFrame {
  const frame = parseJson(text);
  const type = frame instanceof Object && 'type' in frame ? frame.type : undefined;
  if (!isFrameType(type)) throw refusal('/type', `must be one of ${Object.keys(validators).join(', ')}`);
  const checked = check(validators[type], frame);
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  return checked.value;
}

/** What an answer to the frame calls it. */
export function replyName(frame: ClientFrame): string {
  if (frame.type === 'message') return frame.messageId;
  return 'interruptId' in frame ? frame.interruptId : frame.type;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__' || key === 'constructor') throw refusal('/', `must not have the field ${key}`);
      return value;
    });
  } catch (error) {
    throw error instanceof AiguyError ? error : refusal('/', 'must be JSON');
  }
}

function isFrameType(type: unknown): type is FrameType {
  return typeof type === 'string' && Object.hasOwn(validators, type);
}

function refusal(pointer: string, rule: string): AiguyError {
  return new AiguyError('invalid_request', { details: [{ pointer, rule }] });
}
