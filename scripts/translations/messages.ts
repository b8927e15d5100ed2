// The texts that a source file gives to WordPress' translation functions, for PHP, TypeScript and block.json alike.
import { parse as parseScript } from '@babel/parser';
import PhpParser from 'php-parser';

export type Message = {
  id: string;
  plural?: string;
  context?: string;
  /** What a translator must know, from a comment «translators: …» before the call. */
  comment?: string;
};

/** Where in the arguments the parts stand; the text domain is the last argument. */
type Shape = { plural?: number; context?: number; domain: number };

const functions: Record<string, Shape> = {
  ...Object.fromEntries(['__', '_e', 'esc_html__', 'esc_attr__', 'esc_html_e', 'esc_attr_e'].map((name) => [name, { domain: 1 }])),
  ...Object.fromEntries(['_x', '_ex', 'esc_html_x', 'esc_attr_x'].map((name) => [name, { context: 1, domain: 2 }])),
  _n: { plural: 1, domain: 3 },
  _nx: { plural: 1, context: 3, domain: 4 },
  _n_noop: { plural: 1, domain: 2 },
  _nx_noop: { plural: 1, context: 2, domain: 3 },
};
export const textDomain = 'aiguy';

/** A call as both parsers have it: arguments that are no plain text are undefined. */
type Call = { name: string; texts: (string | undefined)[]; line: number; comment?: string };
export type Node = Record<string, unknown>;

export function parsePhp(code: string, file: string): object {
  return new PhpParser.Engine({ parser: { extractDoc: true, version: '8.3' }, ast: { withPositions: true } }).parseCode(code, file);
}

export function messagesOfPhp(code: string, file: string): Message[] {
  return visit(parsePhp(code, file), toPhpCall).map((call) => toMessage(call, file));
}

/** @returns the texts, and what the file imports by a relative path */
export function messagesOfScript(code: string, file: string): { messages: Message[]; imports: string[] } {
  const tree = parseScript(code, { sourceType: 'module', plugins: file.endsWith('.js') ? [] : ['typescript', 'jsx'], attachComment: true });
  const imports = visit(tree.program, toImport).filter((path) => path.startsWith('.'));
  return { messages: visit(tree.program, toScriptCall).map((call) => toMessage(call, file)), imports };
}

type BlockJson = {
  title?: string;
  description?: string;
  keywords?: string[];
  variations?: { title?: string; description?: string }[];
  styles?: { label: string }[];
};

/** The contexts are those with which WordPress translates a block.json. */
export function messagesOfBlock(json: string): Message[] {
  const block = JSON.parse(json) as BlockJson;
  const texts: [string | undefined, string][] = [
    [block.title, 'block title'],
    [block.description, 'block description'],
    ...(block.keywords ?? []).map((keyword): [string, string] => [keyword, 'block keyword']),
    ...(block.variations ?? []).flatMap((variation): [string | undefined, string][] => [
      [variation.title, 'block variation title'],
      [variation.description, 'block variation description'],
    ]),
    ...(block.styles ?? []).map((style): [string, string] => [style.label, 'block style label']),
  ];
  return texts.flatMap(([id, context]) => (id ? [{ id, context }] : []));
}

/** @throws Error naming the place, where a text is not written out or the text domain is missing */
function toMessage({ name, texts, line, comment }: Call, file: string): Message {
  const shape = functions[name] as Shape;
  const part = (index: number | undefined) => {
    if (index === undefined) return undefined;
    const text = texts[index];
    if (text === undefined) throw new Error(`${file}:${line}: ${name}() needs its texts written out, so that they can be translated.`);
    return text;
  };
  if (texts[shape.domain] !== textDomain)
    throw new Error(`${file}:${line}: ${name}() needs the text domain '${textDomain}' as argument ${shape.domain + 1}.`);
  const [id = '', plural, context] = [part(0), part(shape.plural), part(shape.context)];
  return { id, ...(plural === undefined ? {} : { plural }), ...(context === undefined ? {} : { context }), ...(comment ? { comment } : {}) };
}

function toPhpCall(node: Node): Call | undefined {
  if (node.kind !== 'call') return undefined;
  const name = String((node.what as Node).name ?? '').replace(/^\\/, '');
  if (!Object.hasOwn(functions, name)) return undefined;
  const { start } = node.loc as { start: { line: number } };
  const texts = (node.arguments as Node[]).map((argument) => (argument.kind === 'string' ? String(argument.value) : undefined));
  return { name, texts, line: start.line, ...noteIn(node.leadingComments) };
}

function toScriptCall(node: Node): Call | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const callee = node.callee as Node;
  const name = String(callee.name ?? (callee.property as Node | undefined)?.name ?? '');
  if (!Object.hasOwn(functions, name)) return undefined;
  const { start } = node.loc as { start: { line: number } };
  return { name, texts: (node.arguments as Node[]).map(textOf), line: start.line, ...noteIn(node.leadingComments) };
}

function textOf(node: Node): string | undefined {
  if (node.type === 'StringLiteral') return String(node.value);
  const quasis = node.type === 'TemplateLiteral' ? (node.quasis as { value: { cooked: string } }[]) : [];
  return quasis.length === 1 ? quasis[0]?.value.cooked : undefined;
}

function toImport(node: Node): string | undefined {
  const isImport = /^(Import|ExportNamed|ExportAll)Declaration$/.test(String(node.type)) && node.source;
  if (isImport) return String((node.source as Node).value);
  const isDynamic = node.type === 'CallExpression' && (node.callee as Node).type === 'Import';
  return isDynamic ? textOf((node.arguments as Node[])[0] ?? {}) : undefined;
}

function noteIn(comments: unknown): { comment?: string } {
  const texts = ((comments ?? []) as { value: string }[]).map(({ value }) => value.replace(/^\/[/*]+|\*\/$/g, '').trim());
  const note = texts.find((text) => /^translators:/i.test(text));
  return note ? { comment: note } : {};
}

/** Every node of a syntax tree in the order of the source, where `pick` makes something of it. */
export function visit<T>(root: unknown, pick: (node: Node) => T | undefined): T[] {
  const found: T[] = [];
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    const picked = Array.isArray(value) ? undefined : pick(value as Node);
    if (picked !== undefined) found.push(picked);
    for (const [key, child] of Object.entries(value)) if (!/^(loc|leadingComments|trailingComments|innerComments)$/.test(key)) walk(child);
  };
  walk(root);
  return found;
}
