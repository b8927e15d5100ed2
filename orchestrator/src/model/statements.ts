// Takes a passage apart into what can be quoted: sentences and list items, word for word.

export type Statement = {
  text: string;
  /** The mark a list item begins with («-», «2.»); empty for a sentence. */
  mark: string;
  /** Introduces what follows, such as a list. */
  introduces: boolean;
};

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** @param text lines of a passage as retrieve_docs returns them: a list item is a line that begins with its mark */
export function statementsOf(text: string): Statement[] {
  return text.split('\n').flatMap((line) => {
    const item = /^(-|\d+\.)\s+(.*)$/.exec(line.trim());
    if (item) return [{ text: item[2] ?? '', mark: item[1] ?? '', introduces: false }];
    return [...segmenter.segment(line)]
      .map(({ segment }) => segment.trim())
      .filter((sentence) => sentence !== '')
      .map((sentence) => ({ text: sentence, mark: '', introduces: sentence.endsWith(':') }));
  });
}
