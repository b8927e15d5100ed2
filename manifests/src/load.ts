// Reads and validates every tool manifest at boot. A manifest that breaks a rule stops the process with file, pointer and reason.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js';
import type { SiteAbility } from '../generated/http.ts';
import type { ToolManifest } from '../generated/tool-manifest.ts';
import http from '../protocol/http.json' with { type: 'json' };
import manifestSchema from '../schema/tool-manifest.schema.json' with { type: 'json' };
import { check, createAjv } from './validate.ts';

export type { ToolManifest };

/** A manifest with its compiled checks. */
export type Tool = {
  manifest: ToolManifest;
  /** The arguments that the model gives. */
  validateInput: ValidateFunction;
  /** The arguments without those that the visitor can be asked for; undefined where he is asked for none. */
  validateUnasked: ValidateFunction | undefined;
  /** What the visitor typed in the form, or of the arguments that he is asked for; undefined where there is neither. */
  validateForm: ValidateFunction | undefined;
  /** The body of a call: both in one object. The form's required fields are required when it is for everyone. */
  validateCall: ValidateFunction;
  validateOutput: ValidateFunction;
  /** What of the visitor's own site it is; undefined for a tool of ours. */
  ability?: Pick<SiteAbility, 'name' | 'pin' | 'takes'>;
};

/** Steps are forms behind other tools, and what stands for a site's abilities is offered as those. */
export function isOffered({ is_step: isStep, site_abilities: standsForAbilities }: ToolManifest): boolean {
  return !(isStep || standsForAbilities);
}

/** Tools by name, in the order of their names, so that everything made from them is byte-stable. */
export type Catalogue = ReadonlyMap<string, Tool>;

export class ManifestError extends Error {
  constructor(file: string, pointer: string, reason: string) {
    super(`${file} ${pointer}: ${reason}`);
    this.name = 'ManifestError';
  }
}

const toolsFolder = new URL('../tools/', import.meta.url).pathname;

/**
 * Loads all *.json of a folder.
 * @throws ManifestError naming file, JSON pointer and reason of the first broken rule.
 */
export function loadManifests(folder: string = toolsFolder): Catalogue {
  const ajv = createAjv();
  const validateManifest = ajv.compile<ToolManifest>(manifestSchema);
  const catalogue = new Map<string, Tool>();
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  for (const file of files) {
    const manifest = parse(file, readFileSync(join(folder, file), 'utf8'));
    const checked = check(validateManifest, manifest);
    if (!checked.ok) {
      const first = checked.violations[0];
      throw new ManifestError(file, first?.pointer ?? '/', first?.rule ?? 'not a manifest');
    }
    if (checked.value.name !== basename(file, '.json')) throw new ManifestError(file, '/name', 'must equal the file name');
    assertAsk(checked.value);
    catalogue.set(checked.value.name, compileTool({ ajv, file }, checked.value));
  }
  for (const { manifest } of catalogue.values()) {
    assertUndo(catalogue, manifest);
    assertFile(manifest);
    assertNext(manifest);
    assertGuests(manifest);
  }
  return catalogue;
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ManifestError(file, '/', `not JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

/** ajv: one for all parts, because making one takes longer than all that it compiles. */
type Place = { ajv: Ajv2020; file: string };

function compileTool(place: Place, manifest: ToolManifest): Tool {
  const { file } = place;
  const tool: Tool = {
    manifest,
    validateInput: compilePart(place, '/input', manifest.input),
    validateUnasked: manifest.ask && compilePart(place, '/ask', unasked(manifest)),
    validateForm: manifest.form
      ? compilePart(place, '/form/schema', manifest.form.schema)
      : manifest.ask && compilePart(place, '/ask', askedSchema(manifest)),
    validateCall: compilePart(place, '/form/schema', callSchema(file, manifest)),
    validateOutput: compilePart(place, '/output', manifest.output),
  };
  manifest.examples.forEach((example, index) => {
    assertExample(file, `/examples/${index}/input`, check(tool.validateInput, example.input));
    if (example.output) assertExample(file, `/examples/${index}/output`, check(tool.validateOutput, example.output));
  });
  return tool;
}

type ObjectSchema = Record<string, unknown> & { properties?: Record<string, unknown>; required?: string[] };

function compilePart({ ajv, file }: Place, pointer: string, schema: ObjectSchema): ValidateFunction {
  if (schema.type !== 'object' || schema.additionalProperties !== false) {
    throw new ManifestError(file, pointer, 'must be an object schema with additionalProperties false');
  }
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new ManifestError(file, pointer, error instanceof Error ? error.message : 'not a JSON Schema');
  }
}

/** The schema of a call's body, as the OpenAPI page shows it too. @throws ManifestError when a field has the name of an argument */
export function callSchema(file: string, { input, form, page }: ToolManifest): ObjectSchema {
  const own: ObjectSchema = page ? { ...input, properties: { ...(input as ObjectSchema).properties, page: http.$defs.PageSnapshot } } : input;
  if (!form) return own;
  const fields = form.schema.properties;
  for (const name of Object.keys(fields)) {
    if (Object.hasOwn(own.properties ?? {}, name)) throw new ManifestError(file, `/form/schema/properties/${name}`, 'is an argument already');
  }
  for (const name of form.schema.required) {
    if (!Object.hasOwn(fields, name)) throw new ManifestError(file, '/form/schema/required', `names no field (${name})`);
  }
  const required = form.for === 'everyone' ? form.schema.required : [];
  return { ...own, properties: { ...own.properties, ...fields }, required: [...(own.required ?? []), ...required] };
}

/** The form for arguments that a call leaves out: each as the input has it, under its label. */
export function askedSchema({ input, ask }: Pick<ToolManifest, 'input' | 'ask'>): ObjectSchema {
  const { properties = {}, required = [] } = input as ObjectSchema;
  const fields = Object.entries(ask?.fields ?? {}).map(([name, title]): [string, unknown] => {
    const { type, pattern, minLength, maxLength } = properties[name] as Record<string, unknown>;
    return [name, { type, title, ...(pattern ? { pattern } : {}), ...(minLength ? { minLength } : {}), maxLength }];
  });
  return {
    type: 'object',
    additionalProperties: false,
    required: required.filter((name) => ask && name in ask.fields),
    properties: Object.fromEntries(fields),
  };
}

function unasked({ input, ask }: ToolManifest): ObjectSchema {
  const own = input as ObjectSchema;
  return { ...own, required: (own.required ?? []).filter((name) => !(ask && name in ask.fields)) };
}

function assertAsk({ name, ask, form, input, effect }: ToolManifest): void {
  if (!ask) return;
  const broken = (reason: string) => new ManifestError(`${name}.json`, '/ask', reason);
  const { properties = {}, required = [] } = input as ObjectSchema;
  if (form || effect !== 'write') throw broken('is for a write without a form');
  for (const field of Object.keys(ask.fields)) {
    const property = properties[field] as { type?: string; maxLength?: number } | undefined;
    if (property?.type !== 'string' || property.maxLength === undefined) throw broken(`needs an argument ${field} that is a text with a maxLength`);
  }
  if (!required.some((field) => field in ask.fields)) throw broken('asks for no required argument');
}

/** A task has its file when it is done. */
function assertFile({ name, file, effect, output, task }: ToolManifest): void {
  const { required, properties } = output as ObjectSchema;
  if (file && !(effect === 'read' && (required?.includes('file') || (task && properties?.file))))
    throw new ManifestError(`${name}.json`, '/file', 'is for a read whose output requires the field «file», or has it and a task');
}

function assertNext({ name, next = [], output }: ToolManifest): void {
  const fields = Object.keys((output as ObjectSchema).properties ?? {});
  for (const [index, { message = '', opens, when = {} }] of next.entries()) {
    const named = [
      ...Object.keys(when),
      ...[...message.matchAll(/\{([a-z_]+)(?::[a-z]+)?\}/g)].map(([, field]) => field),
      ...(opens ? [opens.split('.')[0]] : []),
    ];
    const unknown = named.find((field) => field !== undefined && !fields.includes(field));
    if (unknown !== undefined) throw new ManifestError(`${name}.json`, `/next/${index}`, `names what the output has not: ${unknown}`);
  }
}

/** What is shown of an order has to name one, and a step without a form shows nothing. */
function assertGuests({ name, guests, is_step: isStep, effect, form, input }: ToolManifest): void {
  const file = `${name}.json`;
  const { properties = {} } = input as ObjectSchema;
  if (guests?.startsWith('order_') && !('order_id' in properties)) throw new ManifestError(file, '/guests', 'needs an argument order_id');
  if (isStep && !(effect === 'read' && form?.for === 'everyone'))
    throw new ManifestError(file, '/is_step', 'needs a form for everyone, and no confirmation');
}

function assertUndo(catalogue: Catalogue, manifest: ToolManifest): void {
  if (!manifest.undo) return;
  const broken = (reason: string) => new ManifestError(`${manifest.name}.json`, '/undo/tool', reason);
  const undo = catalogue.get(manifest.undo.tool)?.manifest;
  if (undo?.effect !== 'write') throw broken('must name a tool that writes');
  const known = new Set([manifest.input, manifest.output].flatMap((schema: ObjectSchema) => Object.keys(schema.properties ?? {})));
  const missing = Object.keys((undo.input as ObjectSchema).properties ?? {}).filter((name) => !known.has(name));
  if (missing.length > 0) throw broken(`needs what neither input nor output has: ${missing.join(', ')}`);
}

function assertExample(file: string, pointer: string, checked: ReturnType<typeof check>): void {
  if (checked.ok) return;
  const first = checked.violations[0];
  throw new ManifestError(file, `${pointer}${first?.pointer === '/' ? '' : (first?.pointer ?? '')}`, first?.rule ?? 'invalid');
}
