// What Plugin Check and the guidelines of the plugin directory ask for, as far as it stands in the files.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../scripts/data-directory.ts';
import { type Node, parsePhp, visit } from '../scripts/translations/messages.ts';
import { readTexts } from '../scripts/translations/sources.ts';

const plugin = join(projectRoot, 'wp-plugin');
const read = (file: string) => readFileSync(join(plugin, file), 'utf8');
const files = globSync(['*.php', 'includes/**/*.php', 'languages/*.php'], { cwd: plugin }).sort();
const sources = files
  .filter((file) => !file.startsWith('languages/'))
  .map((file) => ({ file, lines: read(file).split('\n'), tree: parsePhp(read(file), file) }));

const header = Object.fromEntries([...read('aiguy.php').matchAll(/^ \* ([A-Z][\w ]+?):\s+(.+)$/gm)].map(([, name, value]) => [name, value]));
const readme = read('readme.txt');
const readmeHeader = Object.fromEntries(
  [...(readme.split('\n\n')[0]?.matchAll(/^([A-Z][\w ]+?):\s+(.+)$/gm) ?? [])].map(([, name, value]) => [name, value]),
);

type Finding = (node: Node) => string | undefined;

/** @returns «file:line: what» */
function find(rule: Finding): string[] {
  return sources.flatMap(({ file, tree }) =>
    visit(tree, (node) => {
      const problem = rule(node);
      const line = (node.loc as { start: { line: number } } | undefined)?.start.line ?? 0;
      return problem === undefined ? undefined : `${file}:${line}: ${problem}`;
    }),
  );
}

/** Prints whole bodies that are no part of a page; the one place with something that can't be escaped. */
const rawBody = 'includes/Rest/Raw_Body.php';

test('no line of the plugin is excused from a check but the one that prints whole bodies', () => {
  const excused = sources.flatMap(({ file, lines }) => lines.filter((text) => /phpcs:|@codingStandards/.test(text)).map(() => file));
  assert.deepEqual(excused, [rawBody]);
});

const nameOf = (call: Node) =>
  call.kind === 'call' && (call.what as Node).kind === 'name' ? String((call.what as Node).name).replace(/^\\/, '') : '';
const argumentsOf = (call: Node) => call.arguments as Node[];

test('plugin header, readme and code name the same version and the same requirements', () => {
  const version = header.Version;
  assert.equal(readmeHeader['Stable tag'], version);
  assert.equal(/VERSION = '([^']+)'/.exec(read('includes/Plugin.php'))?.[1], version);
  assert.equal((JSON.parse(read('package.json')) as { version: string }).version, version);
  assert.ok(readme.includes(`= ${version} =`), 'changelog');
  for (const name of ['Requires at least', 'Requires PHP', 'License', 'License URI']) assert.equal(readmeHeader[name], header[name], name);
  assert.deepEqual([header['Plugin Name'], header['Text Domain'], header['Domain Path']], ['AIGuy', 'aiguy', '/languages']);
  for (const name of ['Description', 'Author']) assert.ok(header[name], name);
});

test('the readme has what the directory wants, and names every service outside', () => {
  assert.equal(/^=== (.+) ===\n/.exec(readme)?.[1], header['Plugin Name']);
  assert.ok((readmeHeader.Tags?.split(',').length ?? 9) <= 5);
  assert.match(readmeHeader['Tested up to'] ?? '', /^\d+\.\d+$/);
  assert.ok((readme.split('\n\n')[1]?.length ?? 0) <= 150);
  for (const section of ['Description', 'External services', 'Installation', 'Frequently Asked Questions', 'Screenshots', 'Changelog']) {
    assert.ok(readme.includes(`\n== ${section} ==\n`), section);
  }
  const services = readme.split('== External services ==')[1]?.split('\n== ')[0] ?? '';
  for (const word of ['orchestrator', 'Anthropic', 'Amazon Bedrock', 'OpenAI-compatible', 'terms', 'privacy'])
    assert.ok(services.includes(word), word);
  const pictures = globSync('.wordpress-org/screenshot-*.png', { cwd: plugin }).length;
  assert.equal(
    readme
      .split('== Screenshots ==')[1]
      ?.split('==')[0]
      ?.match(/^\d+\. /gm)?.length,
    pictures,
  );
});

test('a PHP file that does something when it is called directly ends there', () => {
  const declarations = new Set(['declare', 'namespace', 'usegroup', 'class', 'interface', 'trait', 'enum', 'function']);
  for (const file of files) {
    const [root] = [parsePhp(read(file), file) as { children: Node[] }];
    const statements = root.children.flatMap((node) => (node.kind === 'namespace' ? (node.children as Node[]) : [node]));
    const acts = statements.some(
      ({ kind, expr }) => !declarations.has(String(kind)) && !(kind === 'return' && (expr as Node | null)?.kind === 'array'),
    );
    assert.ok(!acts || /defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \)/.test(read(file)), file);
  }
});

test('every text can be translated, in the text domain of the plugin', () => {
  assert.ok(readTexts(plugin).sources.length > 10);
});

const escapes =
  /^(esc_|wp_kses|absint$|intval$|number_format_i18n$|checked$|selected$|disabled$|wp_nonce_field$|get_submit_button$|wp_get_attachment_image$|rest_url$)/;

/** Whether nothing but written-out and escaped text can come out of it. */
function isSafe(node: Node): boolean {
  switch (node.kind) {
    case 'string':
    case 'number':
      return true;
    case 'bin':
      return isSafe(node.left as Node) && isSafe(node.right as Node);
    case 'retif':
      return isSafe((node.trueExpr ?? node.test) as Node) && isSafe(node.falseExpr as Node);
    case 'cast':
      return node.type === 'int' || node.type === 'float';
    case 'call':
      return escapes.test(nameOf(node)) || (/^(sprintf|implode|join|str_repeat)$/.test(nameOf(node)) && argumentsOf(node).every(isSafe));
    default:
      return false;
  }
}

test('what is printed is escaped where it is printed', () => {
  const printed = (node: Node): Node[] => {
    if (node.kind === 'echo') return node.expressions as Node[];
    if (node.kind === 'print') return [node.expression as Node];
    return /^(printf|vprintf|_e|_ex)$/.test(nameOf(node)) ? argumentsOf(node) : [];
  };
  assert.deepEqual(
    find((node) => (printed(node).every(isSafe) ? undefined : 'escape it here, with esc_html(), esc_attr(), esc_url() or wp_kses()')).map(
      (found) => found.split(':')[0],
    ),
    [rawBody],
  );
});

test('SQL comes from prepare() or holds nothing but names of tables', () => {
  const isPlain = (node: Node | undefined): boolean => {
    if (node?.kind === 'bin') return isPlain(node.left as Node) && isPlain(node.right as Node);
    if (node?.kind === 'encapsed') return (node.value as { expression: Node }[]).every(({ expression }) => isPlain(expression));
    if (node?.kind === 'propertylookup') return (node.what as Node).name === 'wpdb';
    // By convention, a table of ours.
    if (node?.kind === 'variable') return node.name === 'table';
    return node?.kind === 'string' || (node?.kind === 'call' && (((node.what as Node).offset as Node | undefined)?.name ?? '') === 'prepare');
  };
  assert.deepEqual(
    find((node) => {
      const what = node.kind === 'call' ? (node.what as Node) : {};
      const method = String((what.offset as Node | undefined)?.name ?? '');
      const isQuery = what.kind === 'propertylookup' && (what.what as Node).name === 'wpdb' && /^(query|get_(var|row|col|results))$/.test(method);
      return isQuery && !isPlain(argumentsOf(node)[0]) ? `$wpdb->${method}() without prepare()` : undefined;
    }),
    [],
  );
});

const refused: Record<string, string> = {
  strip_tags: 'wp_strip_all_tags()',
  date: 'gmdate() or wp_date()',
  rand: 'wp_rand() or random_int()',
  mt_rand: 'wp_rand() or random_int()',
  curl_init: 'the HTTP API',
  fsockopen: 'the HTTP API',
  wp_redirect: 'wp_safe_redirect()',
  load_plugin_textdomain: 'nothing, WordPress loads it',
  serialize: 'wp_json_encode()',
  unserialize: 'json_decode()',
  ...Object.fromEntries(
    [
      'create_function',
      'exec',
      'shell_exec',
      'system',
      'passthru',
      'proc_open',
      'popen',
      'extract',
      'error_log',
      'var_dump',
      'print_r',
      'str_rot13',
      'ini_set',
      'dl',
      'query_posts',
    ].map((name) => [name, 'something else']),
  ),
};

test('no function that the directory refuses, no eval, backtick, goto or heredoc', () => {
  assert.deepEqual(
    find((node) => {
      const name = nameOf(node);
      if (Object.hasOwn(refused, name)) return `${name}(); use ${refused[name]}`;
      const isHeredoc = node.kind === 'nowdoc' || (node.kind === 'encapsed' && node.type === 'heredoc');
      return isHeredoc || /^(eval|goto)$/.test(String(node.kind)) || (node.kind === 'encapsed' && node.type === 'shell')
        ? String(node.type ?? node.kind)
        : undefined;
    }),
    [],
  );
});

const hasVersionAndPlace = ([, , , version, place]: Node[]) =>
  version !== undefined && version.kind !== 'nullkeyword' && place !== undefined && !(place.kind === 'boolean' && place.value === false);

test('scripts carry a version and stand in the footer', () => {
  assert.deepEqual(
    find((node) => {
      const isNew = /^wp_(enqueue|register)_script$/.test(nameOf(node)) && argumentsOf(node).length > 1;
      return isNew && !hasVersionAndPlace(argumentsOf(node)) ? `${nameOf(node)}() wants a version and the footer` : undefined;
    }),
    [],
  );
});

test('nothing is printed as a script or a style, and nothing comes from another site', () => {
  assert.deepEqual(
    find((node) => {
      const text = node.kind === 'string' ? String(node.value) : '';
      if (/<(script|style|link|iframe)\b/i.test(text)) return `prints ${text.slice(0, 40)}`;
      return /\.(js|css|woff2?|png|svg)(\?|$)/.test(text) && /^https?:|^\/\//.test(text) ? `loads ${text}` : undefined;
    }),
    [],
  );
});

/** Hooks of WordPress and of other plugins that ours call as they do. */
const others = new Set(['the_content', 'https_local_ssl_verify', 'rest_post_dispatch', 'rest_pre_serve_request', 'wpml_post_language_details']);

test('hooks, options, shortcodes and global functions carry the plugin’s name', () => {
  const named =
    /^(apply_filters|do_action|add_option|update_option|get_transient|set_transient|add_shortcode|wp_schedule_event|wp_schedule_single_event|register_post_type|register_taxonomy)$/;
  assert.deepEqual(
    find((node) => {
      const position = /^wp_schedule_/.test(nameOf(node)) ? (nameOf(node) === 'wp_schedule_event' ? 2 : 1) : 0;
      const first = named.test(nameOf(node)) ? argumentsOf(node)[position] : undefined;
      const isOthers = first?.kind === 'string' && !/^aiguy[_/]/.test(String(first.value)) && !others.has(String(first.value));
      return isOthers ? `${nameOf(node)}( '${String(first?.value)}' )` : undefined;
    }),
    [],
  );
  for (const file of files.filter((name) => name.startsWith('includes/'))) assert.match(read(file), /^namespace Aiguy(\\\w+)*;$/m, file);
});

test('nothing of WordPress is bundled: what it has is taken from the site', () => {
  const config = read('webpack.config.js');
  const bundled = [...(/bundled = new Set\(\[([^\]]*)\]/.exec(config)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, name]) => name);
  assert.deepEqual(bundled, ['@wordpress/api-fetch', '@wordpress/private-apis', '@wordpress/url']);
  assert.deepEqual(
    globSync('{assets,includes}/**/*{jquery,react,lodash,moment,underscore,backbone,PHPMailer,SimplePie,getid3}*', { cwd: plugin }),
    [],
  );
});
