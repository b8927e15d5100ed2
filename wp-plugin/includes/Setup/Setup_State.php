<?php
/**
 * How far the owner has come with setting up; kept so that he can leave and come back.
 */

declare(strict_types=1);

namespace Aiguy\Setup;

final class Setup_State {

	public const OPTION = 'aiguy_setup';

	/** In their order. */
	public const STEPS = array( 'connection', 'knowledge', 'publish' );

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

	private function read( string $name ): mixed {
		return ( (array) get_option( self::OPTION, array() ) )[ $name ] ?? null;
	}
}
