// What Plugin Check and the guidelines of the plugin directory ask of the plugin's PHP: nothing unescaped, nothing unclean, nothing that WordPress does better.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Node, visit } from '../scripts/translations/messages.ts';
import { argumentsOf, fileOf, find, nameOf, queryOf, sources } from './plugin-sources.ts';

/** Prints whole bodies that are no part of a page; the one place with something that can't be escaped. */
const rawBody = 'includes/Rest/Raw_Body.php';

test('no line of the plugin is excused from a check but the one that prints whole bodies', () => {
  const excused = sources.flatMap(({ file, lines }) => lines.filter((text) => /phpcs:|@codingStandards/.test(text)).map(() => file));
  assert.deepEqual(excused, [rawBody]);
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
    find((node) => (printed(node).every(isSafe) ? undefined : 'escape it here, with esc_html(), esc_attr(), esc_url() or wp_kses()')).map(fileOf),
    [rawBody],
  );
});

test('an exception’s message, which PHP may print, is written out; an Api_Exception’s is a code of the error table', () => {
  const isOurs = (thrown: Node) =>
    JSON.stringify(thrown.what).includes('"name":"Api_Exception"') || /"name":"(passed_on|invalid)"/.test(JSON.stringify(thrown.what));
  assert.deepEqual(
    find((node) => {
      const thrown = node.kind === 'throw' ? (node.what as Node) : {};
      const given = /^(new|call)$/.test(String(thrown.kind)) ? argumentsOf(thrown) : [];
      return given.every(isSafe) || isOurs(thrown) ? undefined : 'throws something put together';
    }),
    [],
  );
});

/** SQL that is written out. By convention, $places is a list of placeholders that was made for as many values. */
function isWritten(node: Node | undefined): boolean {
  if (node?.kind === 'encapsed') return (node.value as { expression: Node }[]).every(({ expression }) => isWritten(expression));
  if (node?.kind === 'propertylookup') return (node.what as Node).name === 'wpdb';
  return node?.kind === 'string' || (node?.kind === 'variable' && node.name === 'places');
}

test('SQL is written out, and what it is given goes through prepare()', () => {
  assert.deepEqual(
    find((node) => {
      const method = queryOf(node);
      if (!/^(prepare|query|get_(var|row|col|results))$/.test(method)) return undefined;
      const [sql] = argumentsOf(node);
      const isPrepared = method !== 'prepare' && sql !== undefined && queryOf(sql) === 'prepare';
      return isPrepared || isWritten(sql) ? undefined : `$wpdb->${method}() with something put together`;
    }),
    [],
  );
});

/** The value itself, without what stands for it where it is missing. */
const givenValue = (node: Node | undefined): Node | undefined => (node?.kind === 'bin' && node.type === '??' ? givenValue(node.left as Node) : node);

/** What may be done with a value that came with the request: it is asked for, compared, or cleaned. */
function harmless(node: Node): (Node | undefined)[] {
  if (node.kind === 'isset') return node.variables as Node[];
  if (node.kind === 'cast' && /^(int|integer|float|double|bool|boolean)$/.test(String(node.type))) return [givenValue(node.expr as Node)];
  if (node.kind === 'bin' && /^[!=]==$/.test(String(node.type))) return [givenValue(node.left as Node), givenValue(node.right as Node)];
  if (nameOf(node) === 'is_string') return [argumentsOf(node)[0]];
  const [inner] = /^(sanitize_|absint$)/.test(nameOf(node)) ? argumentsOf(node) : [];
  return inner !== undefined && nameOf(inner) === 'wp_unslash' ? [givenValue(argumentsOf(inner)[0])] : [];
}

test('what comes with a request is unslashed and cleaned where it is read', () => {
  const cleaned = new Set(sources.flatMap(({ tree }) => visit(tree, harmless).flat()));
  assert.deepEqual(
    find((node) => {
      const name = node.kind === 'offsetlookup' ? String((node.what as Node).name) : '';
      return /^_(GET|POST|REQUEST|COOKIE|SERVER|FILES|ENV)$/.test(name) && !cleaned.has(node)
        ? `$${name} without sanitize_text_field( wp_unslash() )`
        : undefined;
    }),
    [],
  );
});

const refused: Record<string, string> = {
  strip_tags: 'wp_strip_all_tags()',
  date: 'gmdate() or wp_date()',
  parse_url: 'wp_parse_url()',
  is_writable: 'wp_is_writable()',
  unlink: 'wp_delete_file()',
  move_uploaded_file: 'wp_handle_upload()',
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
      'wp_reset_query',
      'ini_alter',
      'error_reporting',
      'var_export',
      'trigger_error',
      'set_error_handler',
      'debug_backtrace',
      'phpinfo',
      'date_default_timezone_set',
      'parse_str',
      'fopen',
      'fwrite',
      'fputs',
      'fread',
      'fclose',
      'readfile',
      'file_put_contents',
      'mkdir',
      'rmdir',
      'touch',
      'chmod',
      'chown',
      'rename',
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

/** The stream itself, which ends with the request: its buffer holds back what others print until then. */
const stream = 'includes/Chat/Stream_Relay.php';

test('a buffer is closed in the function that opens it, and only the stream touches the handle of a request', () => {
  const offset = (node: Node) => (node.loc as { start: { offset: number } }).start.offset;
  const isOpen = (body: Node) => {
    const calls = visit(body, (node) => (/^ob_(start|(get|end)_(clean|flush))$/.test(nameOf(node)) ? node : undefined)).sort(
      (one, other) => offset(one) - offset(other),
    );
    return nameOf(calls.at(-1) ?? {}) === 'ob_start';
  };
  assert.deepEqual(
    find((node) => (/^(method|function)$/.test(String(node.kind)) && isOpen(node) ? 'ob_start() without an end' : undefined)).map(fileOf),
    [stream],
  );
  assert.deepEqual([...new Set(find((node) => (nameOf(node).startsWith('curl_') ? nameOf(node) : undefined)).map(fileOf))], [stream]);
});

test('a query asks for nothing slow but once a week', () => {
  const slow = /^(meta_query|tax_query|meta_key|meta_value|post__not_in|suppress_filters)$/;
  const found = find((node) => {
    const [key, value] = node.kind === 'entry' ? [node.key as Node | null, node.value as Node] : [];
    if (key?.kind !== 'string') return undefined;
    const isEndless = /^(posts_per_page|numberposts)$/.test(String(key.value)) && (value?.kind !== 'number' || Number(value.value) > 100);
    return slow.test(String(key.value)) || isEndless ? String(key.value) : undefined;
  });
  assert.deepEqual([...new Set(found.map(fileOf))], ['includes/Reports/Weekly_Recipients.php']);
});
