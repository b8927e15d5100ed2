<?php
/**
 * How far the owner has come with setting up, and what he chose to have learned; kept so that he can leave and come back.
 */

declare(strict_types=1);

namespace Aiguy\Setup;

final class Setup_State {

	public const OPTION    = 'aiguy_setup';
	public const KNOWLEDGE = 'aiguy_knowledge';

	/** In their order. */
	public const STEPS = array( 'connection', 'identity', 'knowledge', 'preview', 'publish' );

	public function step(): string {
		$step = $this->read( 'step' );
		return is_string( $step ) && in_array( $step, self::STEPS, true ) ? $step : self::STEPS[0];
	}

	public function is_finished(): bool {
		return true === $this->read( 'finished' );
	}

	/** The page that was made for the chat, if it is still there. */
	public function page(): ?\WP_Post {
		$page = get_post( (int) $this->read( 'page' ) );
		return $page instanceof \WP_Post && $this->read( 'page' ) && 'trash' !== $page->post_status ? $page : null;
	}

	/** @param array<string, mixed> $change step, finished or page. */
	public function change( array $change ): void {
		update_option( self::OPTION, $change + (array) get_option( self::OPTION, array() ), false );
	}

	/** @return array{types: list<string>, exclude: list<int>} Posts, pages and products until the owner has chosen. */
	public function knowledge(): array {
		$stored = get_option( self::KNOWLEDGE );
		return array(
			'types'   => array_values( array_intersect( is_array( $stored['types'] ?? null ) ? $stored['types'] : array( 'post', 'page', 'product' ), array_keys( $this->types() ) ) ),
			'exclude' => array_values( array_filter( is_array( $stored['exclude'] ?? null ) ? $stored['exclude'] : array(), is_int( ... ) ) ),
		);
	}

	/** @return array<string, \WP_Post_Type> What visitors can read, by name. */
	public function types(): array {
		return array_diff_key( get_post_types( array( 'public' => true ), 'objects' ), array( 'attachment' => 0 ) );
	}

	private function read( string $name ): mixed {
		return ( (array) get_option( self::OPTION, array() ) )[ $name ] ?? null;
	}
}
