<?php
/**
 * The words that an owner wrote for his agents, in the language of the page: offered to Polylang's list of translations and taken from it. WPML and others that
 * read wpml-config.xml find them there.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

final class Own_Texts {

	public function __construct( private readonly Agents $agents ) {}

	public function add_hooks(): void {
		// The list is a page of wp-admin; on others, Polylang has no use for it.
		add_action( 'admin_init', $this->offer( ... ) );
		add_filter( 'aiguy_own_text', self::translate( ... ) );
	}

	private function offer(): void {
		if ( ! function_exists( 'pll_register_string' ) ) {
			return;
		}
		foreach ( $this->agents->all() as $agent ) {
			foreach ( $agent->own_texts() as $name => $text ) {
				pll_register_string( "$agent->id: $name", $text, 'AIGuy', mb_strlen( $text ) > 80 );
			}
		}
	}

	private static function translate( string $text ): string {
		return function_exists( 'pll__' ) ? (string) pll__( $text ) : $text;
	}
}
