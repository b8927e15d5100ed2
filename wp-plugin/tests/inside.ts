// Runs PHP inside a test site beside this process, so that what the test plays can answer it; as WP-CLI would, where a test says so.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';

const timeoutMs = 120_000;

/** Stands in for WP-CLI, which can't be had here: the same calls, and what is printed. Real ones exit with 1 after an error; this one says so. */
export const cliDouble = `define('WP_CLI', true);
final class WP_CLI {
  public static array $commands = array();
  public static bool $agrees = true;
  public static function add_command(string $name, object $command): void { self::$commands[$name] = $command; }
  public static function log(string $text): void { echo $text, "\\n"; }
  public static function success(string $text): void { echo "Success: $text\\n"; }
  public static function warning(string $text): void { echo "Warning: $text\\n"; }
  public static function error(string $text): void { echo "Error: $text\\n"; exit(0); }
  public static function confirm(string $question, array $options = array()): void { if (!isset($options['yes']) && !self::$agrees) { echo "$question no\\n"; exit(0); } }
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
