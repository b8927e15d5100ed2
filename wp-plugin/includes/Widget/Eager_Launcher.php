<?php
/**
 * Keeps the launcher out of what speed plugins put off until the visitor moves or clicks: his first click on the chat would be lost on it. It is small, deferred and blocks nothing.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

final class Eager_Launcher {

	/**
	 * Filters that take a list of parts of addresses: WP Rocket, Perfmatters, FlyingPress, Hummingbird, LiteSpeed Cache (also in its guest mode, and where it makes
	 * one file of all scripts, which is then put off as a whole).
	 */
	private const LISTS = array( 'rocket_delay_js_exclusions', 'perfmatters_delay_js_exclusions', 'flying_press_exclude_from_delay:js', 'wphb_delay_js_exclusions', 'litespeed_optm_js_defer_exc', 'litespeed_optm_gm_js_exc', 'litespeed_optimize_js_excludes' );
	/** SiteGround's Speed Optimizer takes a list of names; what breaks in its one file of all scripts takes the others with it. */
	private const NAMES = 'sgo_javascript_combine_exclude';
	/** Takes them separated by commas, or as the keys of a list. */
	private const AUTOPTIMIZE = 'autoptimize_filter_js_exclude';

	public function __construct( private readonly Widget_Assets $assets ) {}

	public function add_hooks(): void {
		foreach ( self::LISTS as $filter ) {
			add_filter( $filter, fn( mixed $list ): array => array( ...array_values( (array) $list ), $this->assets->launcher_path() ) );
		}
		add_filter( self::NAMES, static fn( mixed $list ): array => array( ...array_values( (array) $list ), Widget_Assets::LAUNCHER ) );
		add_filter( self::AUTOPTIMIZE, fn( mixed $list ): mixed => is_array( $list ) ? $list + array( $this->assets->launcher_path() => '' ) : ltrim( "$list, " . $this->assets->launcher_path(), ', ' ) );
		// Cloudflare's Rocket Loader reads it only before the address.
		add_filter( 'wp_script_attributes', fn( array $attributes ): array => $this->assets->is_launcher( $attributes ) ? array( 'data-cfasync' => 'false' ) + $attributes : $attributes );
	}
}
