// Who runs a WordPress of ours: servers refuse to work as root, so root hands over to the system's web account.
import { spawnSync } from 'node:child_process';

export type Account = { name: string; group: string; uid: number; gid: number };

/** @returns undefined where the caller is not root and everything runs as he does */
export function webAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['www-data', 'nobody']) {
    const [uid, gid] = [id('-u', name), id('-g', name)].map(Number);
    if (uid !== undefined && gid !== undefined && uid > 0) return { name, group: id('-gn', name), uid, gid };
  }
  return undefined;
}

/** @returns what spawn needs so that the program runs as this account */
export function asAccount(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

function id(option: string, name: string): string {
  return spawnSync('id', [option, name], { encoding: 'utf8' }).stdout.trim();
}
