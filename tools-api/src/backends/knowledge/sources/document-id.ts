// Names a document that has no name of its own: by the key that its source lists it with, the same at every ingestion.
import { createHash } from 'node:crypto';

const lengthMax = 120;

/**
 * @param key a relative path, an object key or a URL
 * @returns letters and digits joined by hyphens, at most 120 characters
 */
export function documentIdOf(key: string): string {
  const slug = withoutExtension(key)
    .replace(/^https?:\/\//i, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  if (slug !== '' && slug.length <= lengthMax) return slug;
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return [slug.slice(0, lengthMax - digest.length - 1), digest].filter(Boolean).join('-');
}

/** @returns a title from a file's name: «return_an-item.md» gives «Return an item» */
export function titleOf(key: string): string {
  const name = withoutExtension(key.split('/').findLast(Boolean) ?? key).replace(/[-_\s]+/g, ' ');
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`.trim() || key;
}

function withoutExtension(key: string): string {
  return key.replace(/\.(md|markdown|html?|xhtml|pdf|docx|txt)$/i, '');
}
