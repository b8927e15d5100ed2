// HTML as a template in which every value is escaped, unless it is HTML of such a template itself.

export type Html = { readonly text: string };

class Escaped implements Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Values stand in content or in quoted attributes; nowhere else is the escaping enough. */
export function html(parts: TemplateStringsArray, ...values: readonly (Html | string | number)[]): Html {
  return new Escaped(parts.reduce((text, part, index) => text + escaped(values[index - 1] ?? '') + part));
}

export function join(pieces: readonly Html[]): Html {
  return new Escaped(pieces.map(({ text }) => text).join('\n'));
}

/** Text of the program's own, such as a style sheet, that is no HTML and holds nothing of anybody else's. */
export function verbatim(text: string): Html {
  return new Escaped(text);
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(value: Html | string | number): string {
  if (value instanceof Escaped) return value.text;
  // Directional overrides could let a text read differently from what it says.
  return String(value)
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
}
