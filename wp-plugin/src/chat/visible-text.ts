// Text of a model, a tool or an article as a reader may trust it: nothing invisible, nothing that turns the reading direction around.

/** Controls (but line feed and tab), format characters (bidi overrides, zero width, tags; but the two joiners), and letters that look like nothing. */
const invisible = /(?![\n\t\u200c\u200d])(?:[\p{Cc}\p{Cf}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]|\u034f|[\u{e0100}-\u{e01ef}])/gu;
/** Joiners belong into some scripts and into emoji; after a Latin letter, a digit, a sign or a space, and at the start, they only hide. */
const strayJoiner = /(^|[\p{Script=Latin}\p{N}\p{P}\s])[\u200c\u200d]+/gu;

export function visibleText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(invisible, '')
    .replace(strayJoiner, '$1');
}

/** The same for what stands on one line, such as a title. */
export function visibleLine(text: string): string {
  return visibleText(text).replace(/\s+/g, ' ').trim();
}
