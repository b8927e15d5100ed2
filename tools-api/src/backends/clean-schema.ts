// The part of somebody else's JSON Schema that says a model what to send. Whoever wrote it checks by the whole of it himself.

type Schema = Record<string, unknown>;

const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array']);
const numbers = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'];
const depthMax = 5;
const propertiesMax = 30;
const textCharactersMax = 300;
const choicesMax = 50;

/**
 * Understands JSON Schema draft 4 as WordPress writes it, with `required: true` in the property, and every later draft. Patterns and references are left out.
 * @returns undefined for what says nothing that can be kept
 */
export function cleanSchema(schema: unknown, depth = 0): Schema | undefined {
  if (!isSchema(schema) || depth > depthMax) return undefined;
  const type = typeOf(schema.type);
  if (type === undefined) return undefined;
  const kept: Schema = { type };
  if (typeof schema.description === 'string') kept.description = schema.description.slice(0, textCharactersMax);
  Object.assign(kept, limitsOf(schema, type));
  if (Array.isArray(schema.enum) && schema.enum.length > 0) kept.enum = schema.enum.filter((one) => typeof one !== 'object').slice(0, choicesMax);
  if (type === 'object') Object.assign(kept, objectParts(schema, depth));
  if (type === 'array') kept.items = cleanSchema(schema.items, depth + 1) ?? {};
  return kept;
}

function limitsOf(schema: Schema, type: string): Schema {
  return Object.fromEntries(numbers.filter((name) => typeof schema[name] === 'number' && fits(name, type)).map((name) => [name, schema[name]]));
}

function objectParts(schema: Schema, depth: number): Schema {
  const given = Object.entries(isSchema(schema.properties) ? schema.properties : {}).slice(0, propertiesMax);
  const properties = given.flatMap(([name, property]): [string, Schema][] => {
    const kept = cleanSchema(property, depth + 1);
    return kept ? [[name, kept]] : [];
  });
  const named = Array.isArray(schema.required) ? schema.required : [];
  const required = given
    .filter(([name, property]) => named.includes(name) || (isSchema(property) && property.required === true))
    .map(([name]) => name);
  const known = new Set(properties.map(([name]) => name));
  return {
    properties: Object.fromEntries(properties),
    ...(required.some((name) => known.has(name)) ? { required: required.filter((name) => known.has(name)) } : {}),
    additionalProperties: schema.additionalProperties !== false && depth > 0,
  };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of several types the first that is none of null. */
function typeOf(type: unknown): string | undefined {
  return [type].flat().find((one): one is string => typeof one === 'string' && types.has(one));
}

/** Strict validators refuse a limit that can't apply. */
function fits(name: string, type: string): boolean {
  if (name.endsWith('Length')) return type === 'string';
  if (name.endsWith('Items')) return type === 'array';
  return type === 'number' || type === 'integer';
}
