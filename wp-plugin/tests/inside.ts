// Runs PHP inside a test site beside this process, so that what the test plays can answer it; as WP-CLI would, where a test says so.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';

const timeoutMs = 120_000;

/**
 * Stands in for WP-CLI, which can't be had here: the same calls, and what is printed. Like the real one it takes a command's words, its options and their defaults
 * from the comment above the method, and refuses others. Real ones exit with 1 after an error; this one says so.
 */
export const cliDouble = `define('WP_CLI', true);
final class WP_CLI {
  private static array $commands = array();
  public static bool $agrees = true;
  public static function add_command(string $name, object|string $callable, array $args = array()): bool { self::$commands[$name] = $callable; return true; }
  public static function log($message): void { echo $message, "\\n"; }
  public static function success($message): void { echo "Success: $message\\n"; }
  public static function warning($message): void { echo "Warning: $message\\n"; }
  public static function error($message, $exit = true): void { echo "Error: $message\\n"; if ($exit) { exit(0); } }
  public static function confirm($question, $assoc_args = array()): void { if (empty($assoc_args['yes']) && !self::$agrees) { echo "$question no\\n"; exit(0); } }
  public static function run_command($args, $assoc_args = array()): void {
    for ($words = count($args); !isset(self::$commands[implode(' ', array_slice($args, 0, $words))]); $words--) {}
    $command = self::$commands[implode(' ', array_slice($args, 0, $words))];
    $rest = array_slice($args, $words);
    $method = new ReflectionMethod($command, method_exists($command, '__invoke') ? '__invoke' : array_shift($rest));
    if (!$method->isPublic() || $method->isStatic()) { self::error('not a command'); }
    $options = self::options(self::comment($method));
    if ('__invoke' !== $method->getName()) { self::comment($method->getDeclaringClass()); }
    foreach (array_diff_key($assoc_args, $options) as $name => $value) { self::error("unknown --$name parameter"); }
    if (count($rest) !== count(array_filter($options, fn($option) => $option['is_word']))) { self::error('other words are needed'); }
    $method->invoke($command, $rest, $assoc_args + array_filter(array_map(fn($option) => $option['default'], $options), fn($value) => null !== $value));
  }
  private static function comment(Reflector $of): string {
    $comment = (string) $of->getDocComment();
    // On one line, its stars would be read out.
    if (!preg_match('#\\\\A/\\\\*\\\\*\\\\n[\\\\t ]*\\\\* \\\\w#', $comment)) { self::error($of->getName() . ' says nothing of itself'); }
    return preg_replace('#^[\\\\t ]*\\\\* ?#m', '', $comment);
  }
  private static function options(string $comment): array {
    preg_match_all('#^\\\\[?(--)?<?([a-z-]+)>?(?:=<[a-z]+>)?\\\\]?\\\\n: .+(?:\\\\n---\\\\ndefault: (.+)\\\\n---)?$#m', $comment, $found, PREG_SET_ORDER);
    return array_column(array_map(fn($one) => array('name' => $one[2], 'is_word' => '' === $one[1], 'default' => $one[3] ?? null), $found), null, 'name');
  }
}`;

/**
 * @param code  runs when WordPress is loaded, with its plugins
 * @param first runs before
 * @returns what was printed
 */
export async function runInside(site: NativeWordPress, code: string, first = ''): Promise<string> {
  const { core, homePath } = site.tree;
  const request = `$_SERVER['HTTP_HOST'] = '${new URL(site.url).host}'; $_SERVER['REQUEST_URI'] = '${homePath}';`;
  const whole = `${first} ${request} require '${core}/wp-load.php'; ${code}`;
  return (await promisify(execFile)('php', ['-r', whole], { cwd: core, timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 })).stdout;
}
