<?php
/**
 * What the plugin keeps in WordPress, by its name: aiguy_… and, for what is hidden or belongs to the site, _aiguy_… Everything that is stored must begin so.
 */

declare(strict_types=1);

namespace Aiguy\Privacy;

final class Stored_Data {

	private const PREFIX = 'aiguy_';

	/** Options, transients, post, comment, term meta, posts of our types, tables and scheduled events of the current site. */
	public function remove_from_site(): void {
		global $wpdb;
		// Capabilities that somebody gave to a role, and widgets of ours in a sidebar, are in options of WordPress; those stay as they are.
		foreach ( array( 'post', 'comment', 'term' ) as $type ) {
			foreach ( $this->names( _get_meta_table( $type ), 'meta_key', '', '_' ) as $key ) {
				delete_metadata( $type, 0, $key, '', true );
			}
		}
		foreach ( $this->posts() as $id ) {
			wp_delete_post( $id, true );
		}
		foreach ( $this->tables( $wpdb->prefix ) as $table ) {
			$wpdb->query( $wpdb->prepare( 'DROP TABLE IF EXISTS %i', $table ) );
		}
		// Last: what goes before may make other parts of the plugin note something, as long as it is loaded.
		$this->unschedule();
		foreach ( $this->names( $wpdb->options, 'option_name', '', '_transient_', '_transient_timeout_' ) as $name ) {
			delete_option( $name );
		}
	}

	/** What belongs to the people and to the network as a whole; user meta may bear the prefix of a site. */
	public function remove_from_network(): void {
		global $wpdb;
		$prefix = $wpdb->esc_like( $wpdb->base_prefix );
		$keys   = $this->names( $wpdb->usermeta, 'meta_key', '', '_' );
		$sites  = $wpdb->get_col( $wpdb->prepare( "SELECT DISTINCT meta_key FROM {$wpdb->usermeta} WHERE meta_key LIKE %s", $prefix . '%' . $wpdb->esc_like( self::PREFIX ) . '%' ) );
		$sites  = array_filter( $sites, static fn( string $key ): bool => 1 === preg_match( '/\A' . preg_quote( $wpdb->base_prefix, '/' ) . '(\d+_)?' . self::PREFIX . '/', $key ) );
		foreach ( array( ...$keys, ...$sites ) as $key ) {
			delete_metadata( 'user', 0, $key, '', true );
		}
		if ( is_multisite() ) {
			foreach ( $this->names( $wpdb->sitemeta, 'meta_key', '', '_site_transient_', '_site_transient_timeout_' ) as $name ) {
				delete_metadata( 'site', 0, $name, '', true );
			}
		} else {
			foreach ( $this->names( $wpdb->options, 'option_name', '_site_transient_', '_site_transient_timeout_' ) as $name ) {
				delete_option( $name );
			}
		}
		wp_cache_flush();
	}

	/** WP-Cron's events and, where it is there, Action Scheduler's. */
	public function unschedule(): void {
		$hooks = array();
		foreach ( (array) _get_cron_array() as $events ) {
			foreach ( is_array( $events ) ? array_keys( $events ) : array() as $hook ) {
				if ( str_starts_with( (string) $hook, self::PREFIX ) ) {
					$hooks[ $hook ] = true;
				}
			}
		}
		foreach ( array_keys( $hooks ) as $hook ) {
			wp_unschedule_hook( $hook );
		}
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			as_unschedule_all_actions( '', array(), 'aiguy' );
		}
	}

	/**
	 * @param string ...$before What may stand in front of our prefix.
	 * @return list<string> Each name once.
	 */
	private function names( string $table, string $column, string ...$before ): array {
		global $wpdb;
		$names = array();
		foreach ( $before as $beginning ) {
			array_push( $names, ...$wpdb->get_col( $wpdb->prepare( 'SELECT DISTINCT %i FROM %i WHERE %i LIKE %s', $column, $table, $column, $wpdb->esc_like( $beginning . self::PREFIX ) . '%' ) ) );
		}
		return $names;
	}

	/** @return list<int> */
	private function posts(): array {
		global $wpdb;
		return array_map( intval( ... ), $wpdb->get_col( $wpdb->prepare( 'SELECT ID FROM %i WHERE post_type LIKE %s', $wpdb->posts, $wpdb->esc_like( self::PREFIX ) . '%' ) ) );
	}

	/** @return list<string> */
	private function tables( string $prefix ): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $prefix . self::PREFIX ) . '%' ) );
	}
}
