// A link that opens a new mail, from an address that a stranger typed.

const subjectCharactersMax = 120;

/** @returns undefined for what is no single address; nothing of it can add recipients, headers or a body */
export function mailtoOf(address: string, subject: string): string | undefined {
  const [, local, domain] = /^([^\s@,;<>"()[\]\\\p{C}]+)@([^\s@,;<>"()[\]\\\p{C}]+)$/u.exec(address) ?? [];
  if (local === undefined || domain === undefined) return undefined;
  const short = [...subject.replace(/\p{C}+/gu, ' ')].slice(0, subjectCharactersMax).join('');
  return `mailto:${encodeURIComponent(local)}@${encodeURIComponent(domain)}?subject=${encodeURIComponent(short)}`;
}
