// Real English sentences to embed: the demo's help articles, and the readme files of the installed packages for breadth.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../scripts/data-directory.ts';
import { chunkMarkdown } from '../tools-api/src/backends/knowledge/chunk.ts';

const lengthMin = 40;
const lengthMax = 200;
const readmeBytesMax = 100_000;

/** @returns `count` different sentences (fewer when there are not so many), spread evenly over the files; the same for the same lock file */
export function realSentences(count: number): string[] {
  const articles = files('tools-api/demo/articles/*.md');
  const readmes = files('node_modules/*/README.md', 'node_modules/@*/*/README.md').filter((text) => text.length < readmeBytesMax);
  const ours = articles.flatMap(sentencesOf);
  const others = readmes.flatMap(sentencesOf);
  return spread([...new Set(ours)], Math.ceil(count / 3)).concat(spread([...new Set(others)], Math.floor((2 * count) / 3)));
}

/** @returns so many elements of a list at even distances, in its order */
export function spread<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return Array.from({ length: Math.min(count, list.length) }, (_, index) => list[Math.floor(index * step)]).filter((one) => one !== undefined);
}

function files(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: projectRoot })
    .toSorted()
    .map((file) => readFileSync(join(projectRoot, file), 'utf8').replace(/^---\n[\s\S]*?\n---\n/, ''));
}

function sentencesOf(markdown: string): string[] {
  return chunkMarkdown(markdown.replace(/```[\s\S]*?```/g, '').replace(/<[^>]*>/g, ''))
    .flatMap(({ statements }) => statements)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence.length >= lengthMin && sentence.length <= lengthMax && isProse(sentence));
}

/** Seven in eight characters are letters, blanks or ordinary punctuation: no code, no tables, no addresses. */
export function isProse(text: string): boolean {
  const plain = text.match(/[\p{L} ,.'’]/gu)?.length ?? 0;
  return plain >= (7 / 8) * text.length && /^\p{L}/u.test(text) && text.split(' ').length >= 6;
}
