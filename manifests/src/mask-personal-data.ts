// Takes personal data out of a text that leaves the house: e-mail addresses, card numbers, IBANs, telephone numbers. Order numbers, dates,
// amounts and references stay, because they are what the team needs.

const email = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,24}/gu;
/** Letters and digits in groups of four or in one piece; ISO 13616 allows 15 to 34 characters. */
const iban = /(?<![\p{L}\p{N}])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![\p{L}\p{N}])/gu;
/** Digits with single separators, as people write card numbers. */
const digits = /(?<![\p{L}\p{N}])\d(?:[ .\u00a0-]?\d){11,}(?![\p{L}\p{N}])/gu;
/** With a plus or two zeros, with a zero in front and separators, or in the American form. */
const telephones = [
  /(?<![\p{L}\p{N}])(?:\+|00)[1-9](?:[ ./\u00a0()-]{0,3}\d){6,14}(?![\p{L}\p{N}])/gu,
  /(?<![\p{L}\p{N}-])\(?0\d{1,5}\)?[ ./\u00a0-]{1,3}\d{2,9}(?:[ ./\u00a0-]\d{2,8}){0,4}(?![\p{L}\p{N}])/gu,
  /(?<![\p{L}\p{N}])0\d{8,12}(?![\p{L}\p{N}])/gu,
  /(?<![\p{L}\p{N}])(?:1[ .-])?\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[ .-]\d{4}(?![\p{L}\p{N}])/gu,
];

/** @returns the text with [e-mail], [IBAN], [card number] and [telephone number] in their places */
export function maskPersonalData(text: string): string {
  const masked = text
    .normalize('NFC')
    .replace(email, '[e-mail]')
    .replace(iban, (found) => maskIban(found))
    .replace(digits, (found) => maskCard(found));
  return telephones.reduce((rest, pattern) => rest.replace(pattern, '[telephone number]'), masked);
}

/** The pattern may have taken words that follow: the longest beginning that is an IBAN counts. */
function maskIban(found: string): string {
  for (let end = found.length; end >= 15; end -= 1) {
    const candidate = found.slice(0, end);
    const rest = found.slice(end);
    if (/^[\p{L}\p{N}]/u.test(rest) || !isIban(candidate.replace(/[ -]/g, ''))) continue;
    return `[IBAN]${rest}`;
  }
  return found;
}

/** ISO 7064 MOD 97-10. */
function isIban(characters: string): boolean {
  if (characters.length < 15 || characters.length > 34) return false;
  const moved = characters.slice(4) + characters.slice(0, 4);
  let remainder = 0;
  for (const character of moved.toUpperCase()) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** A date, an amount or another card may have been taken with a card number, so each stretch of groups is looked at. */
function maskCard(found: string): string {
  const groups = found.split(/([ .\u00a0-])/);
  const kept: string[] = [];
  for (let from = 0; from < groups.length; ) {
    const to = endOfCard(groups, from);
    kept.push(to === undefined ? groups.slice(from, from + 2).join('') : `[card number]${groups[to] ?? ''}`);
    from = to === undefined ? from + 2 : to + 1;
  }
  return kept.join('');
}

/** @returns where the longest card number that begins with this group ends; groups and separators alternate */
function endOfCard(groups: readonly string[], from: number): number | undefined {
  for (let to = Math.min(groups.length, from + 2 * cardDigitsMax - 1); to > from; to -= 2) {
    const number = groups.slice(from, to).filter((_, index) => index % 2 === 0);
    if (isCardNumber(number.join(''))) return to;
  }
  return undefined;
}

const cardDigitsMax = 19;

/** ISO/IEC 7812: twelve digits and more, the last of which checks the others. */
function isCardNumber(number: string): boolean {
  if (!/^[2-6]\d{11,18}$/.test(number)) return false;
  let sum = 0;
  for (const [index, character] of [...number].reverse().entries()) {
    const doubled = Number(character) * (index % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
