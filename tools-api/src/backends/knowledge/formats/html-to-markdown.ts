// Writes HTML as the Markdown that is cut into passages: headings, lists, tables, fenced code and plain sentences.
import TurndownService from 'turndown';

/** @param html a fragment, already freed of what is not content */
export function htmlToMarkdown(html: string): string {
  const service = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-', emDelimiter: '_' });
  addTables(service);
  service.remove(['script', 'style', 'noscript', 'iframe', 'form', 'button', 'title']);
  service.addRule('picture', { filter: ['img', 'picture', 'video', 'audio', 'canvas'], replacement: (_content, node) => altOf(node) });
  service.addRule('question', { filter: ['summary', 'dt'], replacement: (content) => (content.trim() ? `\n\n**${content.trim()}**\n\n` : '') });
  // Passages are shown as plain text, where the usual backslashes would be seen; only what would begin a block needs one.
  service.escape = (text) => text.replace(/^(\s*)(#{1,6}\s|```|~~~|\||---)/, '$1\\$2');
  return service
    .turndown(shortenGaps(html))
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The time that turndown takes for a gap grows with the square of its length. */
function shortenGaps(html: string): string {
  return html.replace(/&(nbsp|#160|#xA0);/gi, '\u00a0').replace(/\s{100,}/g, (gap) => (gap.includes('\n') ? '\n' : ' '));
}

function altOf(node: TurndownService.Node): string {
  const alt = 'getAttribute' in node ? (node.getAttribute('alt') ?? '') : '';
  return alt.replace(/\s+/g, ' ').trim();
}

/** A table without a heading row gets an empty one, because in Markdown the first row is always the heading. */
function addTables(service: TurndownService): void {
  service.addRule('cell', { filter: ['td', 'th'], replacement: (content) => ` ${content.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim()} |` });
  service.addRule('row', { filter: 'tr', replacement: (content) => (/[\p{L}\p{N}]/u.test(content) ? `|${content.replaceAll('\n', '')}\n` : '') });
  service.addRule('rows', { filter: ['thead', 'tbody', 'tfoot'], replacement: (content) => content });
  service.addRule('table', {
    filter: 'table',
    replacement: (content, node) => {
      const [first = '', ...others] = content.trim().split(/\n+/);
      const caption = first.startsWith('|') ? '' : `${first}\n\n`;
      const rows = caption ? others : [first, ...others];
      const columns = (rows[0]?.match(/(?<!\\)\|/g)?.length ?? 1) - 1;
      const rule = `|${' --- |'.repeat(columns)}`;
      const headed = 'querySelector' in node && Boolean(node.querySelector('tr')?.querySelector('th:not([scope=row])'));
      const head = headed ? [rows.shift() ?? '', rule] : [`|${'  |'.repeat(columns)}`, rule];
      return rows.length > 0 ? `\n\n${caption}${[...head, ...rows].join('\n')}\n\n` : `\n\n${caption}${content}\n\n`;
    },
  });
}
