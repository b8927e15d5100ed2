<?php
/**
 * The chat in the corner of every page that the owner has chosen. A page that has a chat already gets no second one.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

use Aiguy\Settings\Agent;
use Aiguy\Settings\Agents;

final class Site_Wide_Chat {

	public function __construct( private readonly Agents $agents, private readonly Widget_Renderer $renderer ) {}

	public function add_hooks(): void {
		// Before the scripts of the footer are printed at 20.
		add_action( 'wp_footer', $this->render( ... ), 5 );
	}

	private function render(): void {
		if ( $this->renderer->has_rendered() || is_embed() ) {
			return;
		}
		$path = self::path();
		foreach ( $this->agents->all() as $agent ) {
			if ( self::is_there( $agent, $path ) ) {
				$this->renderer->print( array( 'agent' => $agent->id, 'position' => 'floating' ) );
				return;
			}
		}
	}

	private static function is_there( Agent $agent, string $path ): bool {
		$matches = static fn( string $pattern ): bool => 1 === preg_match( '#\A' . str_replace( '\*', '.*', preg_quote( untrailingslashit( $pattern ), '#' ) ) . '/?\z#u', untrailingslashit( $path ) );
		list( 'on' => $on, 'include' => $include, 'exclude' => $exclude ) = $agent->everywhere;
		if ( ! $on || 'inline' === $agent->position || array() !== array_filter( $exclude, $matches ) ) {
			return false;
		}
		return array() === $include || array() !== array_filter( $include, $matches );
	}

	/** Of this request, below the site's home. */
	private static function path(): string {
		$path = (string) wp_parse_url( sanitize_url( wp_unslash( $_SERVER['REQUEST_URI'] ?? '/' ) ), PHP_URL_PATH );
		$home = untrailingslashit( (string) wp_parse_url( home_url(), PHP_URL_PATH ) );
		return '/' . ltrim( rawurldecode( str_starts_with( $path, $home ) ? substr( $path, strlen( $home ) ) : $path ), '/' );
	}
}
