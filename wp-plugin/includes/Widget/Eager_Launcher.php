<?php
/**
 * Keeps the launcher out of what speed plugins put off until the visitor moves or clicks: his first click on the chat would be lost on it. It is small, deferred and blocks nothing.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

final class Eager_Launcher {

	/** Filters that take a list of parts of addresses: WP Rocket, Perfmatters, LiteSpeed Cache (also in its guest mode). */
	private const LISTS = array( 'rocket_delay_js_exclusions', 'perfmatters_delay_js_exclusions', 'litespeed_optm_js_defer_exc', 'litespeed_optm_gm_js_exc' );
	/** Takes them separated by commas, or as the keys of a list. */
	private const AUTOPTIMIZE = 'autoptimize_filter_js_exclude';

	public function __construct( private readonly Widget_Assets $assets ) {}

	public function add_hooks(): void {
		foreach ( self::LISTS as $filter ) {
			add_filter( $filter, fn( mixed $list ): array => array( ...array_values( (array) $list ), $this->assets->launcher_path() ) );
		}
		add_filter( self::AUTOPTIMIZE, fn( mixed $list ): mixed => is_array( $list ) ? $list + array( $this->assets->launcher_path() => '' ) : ltrim( "$list, " . $this->assets->launcher_path(), ', ' ) );
	}
}
