// Makes a text that is still being written presentable: half a link, half a marker or an open bold would flicker while the rest arrives.

/** Far enough back to hold the longest label with its address. */
const tailCharactersMax = 2400;

export function closeUnfinished(text: string): string {
  const from = Math.max(text.lastIndexOf('\n') + 1, text.length - tailCharactersMax);
  const tail = withoutHalfLink(text.slice(from).replace(/[*_`![]{1,3}$/, ''));
  const codeIsOpen = tail.split('`').length % 2 === 0;
  if (codeIsOpen) return `${text.slice(0, from)}${tail}\``;
  const boldIsOpen = tail.split('**').length % 2 === 0;
  return `${text.slice(0, from)}${boldIsOpen && !tail.endsWith('**') ? `${tail.trimEnd()}**` : tail}`;
}

function withoutHalfLink(tail: string): string {
  const start = tail.lastIndexOf('[');
  if (start === -1) return tail;
  const half = /^\[([^\]]*)(?:\](?:\([^)\s]*)?)?$/.exec(tail.slice(start));
  if (!half || tail.endsWith(']')) return tail;
  const label = half[1] ?? '';
  const before = tail.slice(0, start).replace(/!$/, '');
  return /^\d{0,3}$/.test(label) ? before.trimEnd() : before + label;
}
