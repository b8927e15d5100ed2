// Server-Sent Events from bytes (WHATWG HTML § 9.2.6): safe at every chunk border, whatever the line ends.

export type StreamFrame = { id: string; data: string };

/** A line longer than this is no event of ours; it bounds what a broken server can make the page keep. */
const lineCharactersMax = 1_000_000;

export class EventStreamParser {
  readonly #decoder = new TextDecoder();
  #line: string[] = [];
  #lineLength = 0;
  #endedWithCarriageReturn = false;
  #id = '';
  #data: string[] = [];

  /**
   * Takes the next bytes and gives the frames that they complete. A frame that the stream does not end with a blank line is never given.
   * @throws RangeError when a line is too long
   */
  push(bytes: Uint8Array): StreamFrame[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    const frames: StreamFrame[] = [];
    let start = 0;
    for (let end = nextLineEnd(text, 0); end !== -1; end = nextLineEnd(text, start)) {
      // The line feed of a CR LF pair whose halves came apart ends no second line.
      const isSecondHalf = end === 0 && this.#endedWithCarriageReturn && text[0] === '\n';
      if (!isSecondHalf) {
        this.#keep(text.slice(start, end));
        this.#endLine(frames);
      }
      start = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
      this.#endedWithCarriageReturn = false;
    }
    if (text !== '') this.#endedWithCarriageReturn = text.endsWith('\r');
    this.#keep(text.slice(start));
    return frames;
  }

  #keep(part: string): void {
    if (part === '') return;
    this.#line.push(part);
    this.#lineLength += part.length;
    if (this.#lineLength > lineCharactersMax) throw new RangeError('event stream line too long');
  }

  #endLine(frames: StreamFrame[]): void {
    const line = this.#line.join('');
    this.#line = [];
    this.#lineLength = 0;
    if (line === '') this.#dispatch(frames);
    else this.#readField(line);
  }

  #dispatch(frames: StreamFrame[]): void {
    if (this.#data.length > 0) frames.push({ id: this.#id, data: this.#data.join('\n') });
    this.#data = [];
  }

  #readField(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.#data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
  }
}

function nextLineEnd(text: string, from: number): number {
  for (let index = from; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 10 || code === 13) return index;
  }
  return -1;
}
