// What Plugin Check and the guidelines of the plugin directory ask of the plugin as a whole; what they ask of its code is in plugin-code.test.ts.
import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packPlugin } from '../scripts/pack-plugin.ts';
import { type Node, parsePhp, visit } from '../scripts/translations/messages.ts';
import { readTexts } from '../scripts/translations/sources.ts';
import { argumentsOf, fileOf, find, generated, nameOf, plugin, read, sources, written } from './plugin-sources.ts';

const header = Object.fromEntries([...read('aiguy.php').matchAll(/^ \* ([A-Z][\w ]+?):\s+(.+)$/gm)].map(([, name, value]) => [name, value]));
const readme = read('readme.txt');
const readmeHeader = Object.fromEntries(
  [...(readme.split('\n\n')[0]?.matchAll(/^([A-Z][\w ]+?):\s+(.+)$/gm) ?? [])].map(([, name, value]) => [name, value]),
);

test('plugin header, readme and code name the same version and the same requirements', () => {
  const version = header.Version;
  assert.equal(readmeHeader['Stable tag'], version);
  assert.equal(/VERSION = '([^']+)'/.exec(read('includes/Plugin.php'))?.[1], version);
  assert.equal((JSON.parse(read('package.json')) as { version: string }).version, version);
  assert.ok(readme.includes(`= ${version} =`), 'changelog');
  for (const name of ['Requires at least', 'Requires PHP', 'License', 'License URI']) assert.equal(readmeHeader[name], header[name], name);
  assert.deepEqual([header['Plugin Name'], header['Text Domain'], header['Domain Path']], ['AIGuy', 'aiguy', '/languages']);
  for (const name of ['Description', 'Author']) assert.ok(header[name], name);
  for (const name of ['Update URI', 'Plugin URI']) assert.equal(header[name], undefined, name);
  assert.ok(existsSync(join(plugin, header['Domain Path'] ?? '')));
});

test('nothing in the name belongs to somebody else', () => {
  assert.doesNotMatch(`${header['Plugin Name']} ${header['Text Domain']}`, /wordpress|plugin|\bw[pc]\b|^woo|openai|gpt|claude|anthropic/i);
});

test('the readme has what the directory wants, and names every service outside', () => {
  assert.equal(/^=== (.+) ===\n/.exec(readme)?.[1], header['Plugin Name']);
  assert.ok((readmeHeader.Tags?.split(',').length ?? 9) <= 5);
  assert.match(readmeHeader['Tested up to'] ?? '', /^\d+\.\d+$/);
  assert.ok((readme.split('\n\n')[1]?.length ?? 0) <= 150);
  assert.match(readmeHeader.Contributors ?? '', /^[a-z0-9-]+(, [a-z0-9-]+)*$/);
  for (const section of readme.split('\n== ')) assert.ok(section.split(/\s+/).length <= 2500, section.slice(0, 40));
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

test('a PHP file that does something or declares a function when it is called directly ends there', () => {
  const declarations = new Set(['declare', 'namespace', 'usegroup', 'class', 'interface', 'trait', 'enum']);
  for (const file of [...written, ...generated]) {
    const { children } = parsePhp(read(file), file) as { children: Node[] };
    const statements = children.flatMap((node) => (node.kind === 'namespace' ? (node.children as Node[]) : [node]));
    const acts = statements.some(
      ({ kind, expr }) => !declarations.has(String(kind)) && !(kind === 'return' && (expr as Node | null)?.kind === 'array'),
    );
    const guard = file === 'uninstall.php' ? "if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {\n\texit;" : "\ndefined( 'ABSPATH' ) || exit;\n";
    assert.ok(!acts || read(file).includes(guard), file);
  }
});

test('the zip holds no hidden, packed or executable file, and no name that some system can’t keep', () => {
  const entries = packPlugin().entries;
  const refused = /\.(zip|gz|tgz|rar|tar|7z|phar|a|bin|bpk|deploy|dist|distz|dmg|dms|dump|elc|exe|iso|lha|lrf|lzh|o|obj|pkg|sh|so|md)$/i;
  assert.deepEqual(
    entries.filter((entry) => refused.test(entry) || !/^([\w-][\w.-]*)(\/[\w-][\w.-]*)*$/.test(entry)),
    [],
  );
  assert.equal(new Set(entries.map((entry) => entry.toLowerCase())).size, entries.length);
});

test('every text can be translated, in the text domain of the plugin', () => {
  assert.ok(readTexts(plugin).sources.length > 10);
});

test('a translator is told what stands for what in the line above, and can change the order', () => {
  const found = sources.flatMap(({ lines, file, tree }) =>
    visit(tree, (node) => {
      const texts = /^(__|_[exn]|_nx|_ex|esc_(html|attr)_(_|e|x))$/.test(nameOf(node)) ? argumentsOf(node).slice(0, -1) : [];
      const places = texts.map(({ value }) => String(value).match(/%(\d+\$)?[sdf]/g) ?? []);
      const line = (node.loc as { start: { line: number } }).start.line;
      const isTold = lines.slice(Math.max(0, line - 2), line).some((text) => text.includes('/* translators: '));
      const isFixed = places.some((names) => names.length > 1 && names.some((name) => !name.includes('$')));
      const isWrapped = texts.some(({ kind, value }) => kind === 'string' && /^\s*(<[^>]+>.*<\/\w+>)?\s*$/s.test(String(value)));
      return (places.flat().length > 0 && !isTold) || isFixed || isWrapped ? `${file}:${line}: ${String(texts[0]?.value)}` : undefined;
    }),
  );
  assert.deepEqual(found, []);
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
  for (const file of written.filter((name) => name.startsWith('includes/'))) assert.match(read(file), /^namespace Aiguy(\\\w+)*;$/m, file);
  for (const file of ['template.php', 'uninstall.php']) {
    const globals = [...read(file).matchAll(/^\t*(?:function |foreach .* as |)\$?(\w+)(?= = |\( array| \) \{)/gm)].map(([, name]) => name);
    assert.ok(globals.length > 0 && globals.every((name) => name?.startsWith('aiguy_')), `${file}: ${globals.join(', ')}`);
  }
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

/** Where they come from is what Plugin Check looks for: a copy of React older than WordPress' next one, and what that one no longer has. */
const oldReact =
  /['"]react\.element['"]|__SECRET_INTERNALS_DO_NOT|__reactFiber\$|\b(findDOMNode|unmountComponentAtNode|renderToNodeStream)\s*\(|ReactDOM\s*\.\s*(render|hydrate)\s*\(/;

test('React is taken from WordPress, and nothing of it that its next version lacks; visitors load none of the editor', () => {
  const scripts = globSync(['build/**/*.js', 'assets/*.js', 'src/**/*.{ts,tsx}'], { cwd: plugin });
  assert.deepEqual(
    scripts.filter((file) => oldReact.test(read(file))),
    [],
  );
  assert.deepEqual(
    generated.filter((file) => /^build\/[^/]+\.php$/.test(file) && /'wp-(block-editor|editor|edit-)/.test(read(file))),
    [],
  );
});

test('people can ask for what is kept of them and have it erased, and the owner gets words for his privacy policy', () => {
  const filters = new Set<string>();
  find((node) => {
    const [hook] = /^add_filter$/.test(nameOf(node)) ? argumentsOf(node) : [];
    filters.add(nameOf(node) === 'wp_add_privacy_policy_content' ? 'policy' : String(hook?.value));
    return undefined;
  });
  for (const name of ['wp_privacy_personal_data_exporters', 'wp_privacy_personal_data_erasers', 'policy']) assert.ok(filters.has(name), name);
});

test('an option says whether every page loads it, a setting who cleans it, and the menu has an icon that takes the owner’s colours', () => {
  const positions: Record<string, number> = { update_option: 2, add_option: 3 };
  assert.deepEqual(
    find((node) => {
      const name = nameOf(node);
      const position = positions[name];
      if (position !== undefined && argumentsOf(node)[position]?.kind !== 'boolean') return `${name}() without $autoload`;
      if (name === 'register_setting' && !/sanitize_callback/.test(JSON.stringify(argumentsOf(node)[2] ?? '')))
        return `${name}() without sanitize_callback`;
      return name === 'add_menu_page' && !String(argumentsOf(node)[5]?.value).startsWith('dashicons-') ? 'an icon from dashicons' : undefined;
    }),
    [],
  );
});

/** Of WordPress 6.9, where header and readme say 6.6. */
const newer = /^wp_(get|has|register|unregister)_abilit(y|ies)(_\w+)?$|^wp_(supports_ai|ai_client_prompt)$/;

test('what the oldest supported WordPress lacks is asked for in the file that uses it', () => {
  const asked = new Map(sources.map(({ file }) => [file, read(file)]));
  const missing = find((node) => (newer.test(nameOf(node)) ? nameOf(node) : undefined)).filter(
    (found) => !asked.get(fileOf(found))?.includes(`function_exists( '${found.split(': ')[1]}' )`),
  );
  assert.deepEqual(missing, []);
});

const unwanted: Record<string, RegExp> = {
  'an address of one’s own machine': /https?:\/\/(localhost|127\.0\.0\.1|[^\s'"]*\.local(host)?\/)/i,
  'a shortened address': /https?:\/\/([^/\s]+\.)?(bit\.ly|goo\.gl|tinyurl\.com|is\.gd|ow\.ly|cutt\.ly|rb\.gy|tiny\.cc|v\.gd)\b/,
  'a link to good reviews only': /reviews\/\?filter=5/,
  'a vendor’s address':
    /https?:\/\/(api\.(openai|anthropic|mistral|groq|cohere|deepseek|perplexity|x)\.\w+|openrouter\.ai|generativelanguage\.googleapis\.com)/,
  'the site’s keys for AI': /connectors_ai_\w+_api_key/,
  'any file as an upload': /ALLOW_UNFILTERED_UPLOADS/,
  'an update of its own': /auto_update_plugin|site_transient_update_|plugin-update-checker|updater\.\w+\.\w{2,5}/i,
  'a locked feature': /__premium_only|\b(is_licensed|check_license|license_valid|is_premium|trial_expired)\b/i,
  'a change of what WordPress logs': /\b(define\( '|const )(WP_DEBUG|SCRIPT_DEBUG)/,
};

test('no file of PHP holds an address or a name that the directory refuses', () => {
  const found = [...written, ...generated].flatMap((file) =>
    Object.entries(unwanted).flatMap(([what, pattern]) => (pattern.test(read(file)) ? [`${file}: ${what}`] : [])),
  );
  assert.deepEqual(found, []);
});
