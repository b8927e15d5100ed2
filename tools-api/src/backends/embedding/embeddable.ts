// Models and providers refuse a text without tokens, and JSON parsers half a surrogate pair.

/** @returns the text itself wherever it can be embedded */
export function embeddable(text: string): string {
  return text.trim() === '' ? '.' : text.toWellFormed();
}
