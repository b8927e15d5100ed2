// Validators of what services send each other (protocol/http.json). One for all: making one takes longer than all that it compiles.
import type { ValidateFunction } from 'ajv/dist/2020.js';
import http from '../protocol/http.json' with { type: 'json' };
import { createAjv } from './validate.ts';

const ajv = createAjv().addSchema(http);

/** @param name of a definition in http.json, whose type is in generated/http.ts */
export function validatorOf<T>(name: keyof typeof http.$defs): ValidateFunction<T> {
  return ajv.compile<T>({ $ref: `${http.$id}#/$defs/${name}` });
}
