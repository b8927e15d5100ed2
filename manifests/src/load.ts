// Reads and validates every tool manifest at boot. A manifest that breaks a rule stops the process with file, pointer and reason.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { ToolManifest } from '../generated/tool-manifest.ts';
import manifestSchema from '../schema/tool-manifest.schema.json' with { type: 'json' };
import { check, createAjv } from './validate.ts';

export type { ToolManifest };

/** A manifest with its compiled checks. */
export type Tool = { manifest: ToolManifest; validateInput: ValidateFunction; validateOutput: ValidateFunction };

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
    catalogue.set(checked.value.name, compileTool(file, checked.value));
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

function compileTool(file: string, manifest: ToolManifest): Tool {
  const ajv = createAjv();
  const compile = (part: 'input' | 'output'): ValidateFunction => {
    const schema: Record<string, unknown> = manifest[part];
    if (schema.type !== 'object' || schema.additionalProperties !== false) {
      throw new ManifestError(file, `/${part}`, 'must be an object schema with additionalProperties false');
    }
    try {
      return ajv.compile(schema);
    } catch (error) {
      throw new ManifestError(file, `/${part}`, error instanceof Error ? error.message : 'not a JSON Schema');
    }
  };
  const tool: Tool = { manifest, validateInput: compile('input'), validateOutput: compile('output') };
  manifest.examples.forEach((example, index) => {
    assertExample(file, `/examples/${index}/input`, check(tool.validateInput, example.input));
    if (example.output) assertExample(file, `/examples/${index}/output`, check(tool.validateOutput, example.output));
  });
  return tool;
}

function assertExample(file: string, pointer: string, checked: ReturnType<typeof check>): void {
  if (checked.ok) return;
  const first = checked.violations[0];
  throw new ManifestError(file, `${pointer}${first?.pointer === '/' ? '' : (first?.pointer ?? '')}`, first?.rule ?? 'invalid');
}
