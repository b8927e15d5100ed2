// Reads files of JSON lines against a schema.
import { readFileSync } from 'node:fs';
import { check, createAjv } from '@aiguy/manifests/validate';

/** @throws Error naming the file, the line and what is wrong with it */
export function readJsonLines<T>(file: string, schema: object): T[] {
  const validate = createAjv().compile<T>(schema);
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const checked = check<T>(validate as never, parse(line, `${file}:${index + 1}`));
    if (!checked.ok) throw new Error(`${file}:${index + 1}: ${checked.violations[0]?.pointer} ${checked.violations[0]?.rule}`);
    return [checked.value];
  });
}

function parse(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`${place}: is no JSON`);
  }
}
