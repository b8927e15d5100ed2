// Reads an article: YAML front matter between --- lines, then Markdown.
import { createHash } from 'node:crypto';
import { parse } from 'yaml';

export type Article = { documentId: string; title: string; language: string; lastUpdated: string; markdown: string };

export class ArticleError extends Error {
  constructor(name: string, reason: string) {
    super(`${name}: ${reason}`);
    this.name = 'ArticleError';
  }
}

/**
 * @param name where the text comes from, for the error message
 * @throws ArticleError when the front matter is missing or lacks id, title or last_updated
 */
export function readArticle(name: string, text: string): Article {
  const parts = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text);
  if (!parts) throw new ArticleError(name, 'has no front matter');
  const fields: Record<string, unknown> = parse(parts[1] ?? '') ?? {};
  const field = (key: string): string => {
    const value = fields[key];
    if (typeof value !== 'string' || value === '') throw new ArticleError(name, `${key} must be a non-empty text`);
    return value;
  };
  return {
    documentId: field('id'),
    title: field('title'),
    language: typeof fields.language === 'string' ? fields.language : 'en',
    lastUpdated: field('last_updated'),
    markdown: parts[2] ?? '',
  };
}

/** Changes when anything changes that a passage is made from, the way of cutting included. */
export function contentHash(article: Article, url: string): string {
  const cut = 1;
  return createHash('sha256')
    .update(JSON.stringify([cut, article, url]))
    .digest('hex');
}
