<?php
/**
 * `wp aiguy key …`: the key by which the site signs.
 */

declare(strict_types=1);

namespace Aiguy\Cli;

use Aiguy\Session\Signing_Key;

/**
 * The key by which the site signs.
 */
final class Key_Command {

	public function __construct( private readonly Signing_Key $key ) {}

	/**
	 * Replaces the signing key. The old one stays published for two days.
	 *
	 * ## OPTIONS
	 *
	 * [--yes]
	 * : Without asking.
	 *
	 * @param list<string>          $arguments
	 * @param array<string, string> $options
	 */
	public function rotate( array $arguments, array $options ): void {
		if ( $this->key->is_constant() ) {
			\WP_CLI::error( 'The key is set by the constant AIGUY_SIGNING_KEY; replace it there.' );
		}
		\WP_CLI::confirm( 'Replace the signing key?', $options );
		$this->key->rotate();
		\WP_CLI::success( 'The site signs with ' . $this->key->current()->id() . ' now.' );
	}
}
