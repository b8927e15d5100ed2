// A word that the browser keeps for this chat, where it lets a page keep anything.

export function readKept(storage: () => Storage, name: string): string | null {
  try {
    return storage().getItem(`aiguy:${name}`);
  } catch {
    return null;
  }
}

export function keep(storage: () => Storage, name: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(`aiguy:${name}`);
    else storage().setItem(`aiguy:${name}`, value);
  } catch {
    // Kept for this page alone then.
  }
}
