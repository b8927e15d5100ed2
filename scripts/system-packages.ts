// Programs that come from the system's packages: whether they are there, and the one command that installs them.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export const installHint = 'Install with: sudo scripts/install-system-packages.sh';

export function hasPrograms(names: string[]): boolean {
  return names.every((name) => findProgram(name) !== undefined);
}

/** @returns the program's path, also where only root has its folder on PATH */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
