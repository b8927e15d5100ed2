// Reads Markdown, with or without YAML front matter between --- lines.
import { parse, YAMLParseError } from 'yaml';
import { type Article, DocumentError } from '../sources/source.ts';
import { completeArticle } from './complete-article.ts';
import { limits } from './limits.ts';
import type { Reading } from './reading.ts';

/** @throws DocumentError when the front matter can't be understood */
export function readMarkdown(text: string): Reading {
  const { fields, body } = splitFrontMatter(text);
  if (fields.draft === true || fields.published === false) throw new DocumentError('is marked as a draft in its front matter');
  return {
    documentId: textField(fields, ['id']),
    title: textField(fields, ['title']) ?? firstHeading(body),
    url: textField(fields, ['source_url', 'url']),
    language: textField(fields, ['language', 'lang']),
    lastUpdated: textField(fields, ['last_updated']),
    productTags: tagsField(fields),
    audience: audienceField(fields),
    markdown: body,
  };
}

/**
 * Reads an article that must say what it is.
 * @param name where the text comes from, for the error message
 * @param siteUrl its address is <siteUrl>/<id>/ when it names none
 * @throws DocumentError when the front matter is missing or lacks id, title or last_updated
 */
export function readArticle(name: string, text: string, siteUrl: string): Article {
  const { fields } = splitFrontMatter(text);
  for (const field of ['id', 'title', 'last_updated']) {
    if (!textField(fields, [field])) throw new DocumentError(`${name}: front matter needs ${field}`);
  }
  return completeArticle(readMarkdown(text), { key: name, documentId: name, siteUrl });
}

type Fields = Record<string, unknown>;

function splitFrontMatter(source: string): { fields: Fields; body: string } {
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const [whole = '', yaml = ''] = /^---[ \t]*\n((?:[\s\S]*?\n)?)---[ \t]*(?:\n|$)/.exec(text) ?? [];
  const fields = parseFields(yaml);
  return fields ? { fields, body: text.slice(whole.length) } : { fields: {}, body: text };
}

/** @returns nothing when the lines are no fields but, say, a paragraph between two rules */
function parseFields(yaml: string): Fields | undefined {
  if (yaml.length > limits.frontMatterCharactersMax) {
    throw new DocumentError(`has more than ${limits.frontMatterCharactersMax.toLocaleString('en')} characters of front matter`);
  }
  try {
    const fields: unknown = parse(yaml);
    return isRecord(fields) ? fields : undefined;
  } catch (error) {
    const line = error instanceof YAMLParseError ? ` in line ${(error.linePos?.[0].line ?? 0) + 1}` : '';
    throw new DocumentError(`front matter is not valid YAML${line}; put texts with a colon or quotes in quotes`);
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textField(fields: Fields, names: string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string' && typeof value !== 'number') throw new DocumentError(`${name} in the front matter must be a text`);
    return String(value).trim();
  }
  return undefined;
}

function tagsField(fields: Fields): string[] | undefined {
  const tags = fields.product_tags ?? fields.tags;
  if (tags === undefined || tags === null) return undefined;
  const list = typeof tags === 'string' ? tags.split(',') : tags;
  if (!Array.isArray(list)) throw new DocumentError('product_tags in the front matter must be a list');
  return list.map((tag) => String(tag).trim()).filter(Boolean);
}

/** An unknown audience is refused: what was meant for few must not become public by a slip of the pen. */
function audienceField(fields: Fields): Article['audience'] | undefined {
  const audience = textField(fields, ['audience']);
  if (audience === undefined || audience === 'public' || audience === 'customers') return audience;
  throw new DocumentError(`audience «${audience}» in the front matter is neither public nor customers`);
}

function firstHeading(markdown: string): string | undefined {
  let fenced = false;
  for (const line of markdown.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const heading = fenced ? undefined : /^#{1,6}\s+(.+?)[\s#]*$/.exec(line)?.[1];
    if (heading) return heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}/g, '');
  }
  return undefined;
}
