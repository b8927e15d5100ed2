// The sentences of a TypeScript source: texts that are given to a translator, and every other text of more than a word.
import { parse } from '@babel/parser';
import { type Node, visit } from './messages.ts';
import type { Said } from './services.ts';

/** Stands for a value while sentences are told apart; a capital letter, as a value may begin a sentence. */
const value = 'Ẋ';
const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** @param file its path, to name the place */
export function saidIn(code: string, file: string): Said[] {
  const { program } = parse(code, { sourceType: 'module', plugins: ['typescript'] });
  const asides = new Set(visit(program, asideOf).flat());
  const told = new Set(visit(program, toldOf));
  const texts = visit(program, (node) => (asides.has(node) ? undefined : textOf(node, told.has(node))));
  return texts
    .filter(({ text, isName }) => isName || /\p{L}[\p{L}’'!.,:;«»-]* +[\p{L}«]/u.test(text))
    .flatMap(({ text, line }) =>
      sentencesOf(text)
        .filter((sentence) => /\p{L}/u.test(sentence.replaceAll('{}', '')))
        .map((sentence) => ({ text: sentence, place: `${file}:${line}` })),
    );
}

type Text = { text: string; line: number; isName: boolean };

function textOf(node: Node, isName: boolean): Text | undefined {
  const { line } = (node.loc as { start: { line: number } } | undefined)?.start ?? { line: 0 };
  if (node.type === 'ObjectProperty' && /^(label|summary)$/.test(nameOf(node.key as Node))) {
    const label = node.value as Node;
    return label.type === 'StringLiteral' ? { text: String(label.value), line, isName: true } : undefined;
  }
  if (node.type === 'StringLiteral') return { text: String(node.value), line, isName };
  if (node.type !== 'TemplateLiteral') return undefined;
  const text = (node.quasis as { value: { cooked: string } }[]).map(({ value: { cooked } }) => cooked).join(value);
  return { text, line, isName: false };
}

const nameOf = (node: Node): string => String(node.name ?? node.value ?? '');

/** The text that a translator is given. */
function toldOf(node: Node): Node | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const { property } = node.callee as { property?: Node };
  return property && /^(say|text)$/.test(nameOf(property)) ? (node.arguments as Node[])[0] : undefined;
}

/** What is no speech: what is imported, thrown, typed, or the name of a property; and HTML, whose words are given to a translator within it. */
function asideOf(node: Node): Node[] | undefined {
  const { type } = node;
  if (type === 'ImportDeclaration') return [node.source as Node];
  if (type === 'ObjectProperty') return [node.key as Node];
  if (type === 'TSLiteralType') return [node.literal as Node];
  if (type === 'NewExpression' && /Error$/.test(nameOf(node.callee as Node))) return (node.arguments as Node[]).filter(isText);
  if (type === 'TaggedTemplateExpression') return [node.quasi as Node];
  return undefined;
}

const isText = ({ type }: Node): boolean => type === 'StringLiteral' || type === 'TemplateLiteral';

/** {name} of a text for a translator is a value like ${name}. */
function sentencesOf(text: string): string[] {
  const valued = text.replace(/\{[a-z_]+(?::[a-z]+)?\}/g, value);
  if (valued !== text) return [valued.replaceAll(value, '{}')];
  return valued.split('\n').flatMap((line) =>
    [...segmenter.segment(line.replace(/^- /, ''))].map(({ segment }) =>
      segment
        .trim()
        .replace(new RegExp(`^(?:${value}\\s+)+|(?:\\s+${value})+$`, 'gu'), '')
        .replaceAll(value, '{}'),
    ),
  );
}
