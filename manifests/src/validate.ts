// Strict JSON Schema 2020-12 validation: no coercion, no silent removal, no defaults, so that what was checked is what was sent.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export type Violation = { pointer: string; rule: string };
export type Checked<T> = { ok: true; value: T } | { ok: false; violations: Violation[] };

/** A validator with every safety of Ajv's strict mode on; the same for requests, tool arguments and tool results. */
export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    allErrors: false,
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    validateFormats: true,
    ownProperties: true,
  });
  // ajv-formats is CommonJS whose types say default export.
  (addFormats as unknown as (target: Ajv2020) => void)(ajv);
  // A form's field that is neither shown again nor kept; says nothing about what is valid.
  ajv.addKeyword({ keyword: 'x-secret', schemaType: 'boolean' });
  return ajv;
}

/** Runs a compiled schema over an unknown value and names what broke which rule (at most five). */
export function check<T>(validate: ValidateFunction<T>, value: unknown): Checked<T> {
  if (validate(value)) return { ok: true, value };
  return { ok: false, violations: (validate.errors ?? []).slice(0, 5).map(toViolation) };
}

function toViolation(error: ErrorObject): Violation {
  const extra = error.keyword === 'additionalProperties' ? ` (${String(error.params.additionalProperty).slice(0, 60)})` : '';
  return { pointer: error.instancePath || '/', rule: `${error.message ?? error.keyword}${extra}` };
}
