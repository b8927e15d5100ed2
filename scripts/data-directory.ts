// Where everything that npm start keeps is: AIGUY_DATA_DIR, by default .data in the project.
import { join } from 'node:path';

export const projectRoot = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

export function dataDirectory(): string {
  return process.env.AIGUY_DATA_DIR || join(projectRoot, '.data');
}
