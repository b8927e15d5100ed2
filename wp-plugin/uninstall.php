<?php
/**
 * Removes everything the plugin has stored, on every site of the network.
 */

declare(strict_types=1);

if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
	exit;
}

$aiguy_remove = static function (): void {
	delete_option( 'aiguy_settings' );
	delete_option( 'aiguy_signing_key' );
	global $wpdb;
	$wpdb->query( $wpdb->prepare( "DELETE FROM $wpdb->options WHERE option_name LIKE %s", $wpdb->esc_like( 'aiguy_row_' ) . '%' ) );
	delete_option( 'aiguy_agents' );
	delete_option( 'aiguy_knowledge' );
	delete_option( 'aiguy_setup' );
	delete_option( 'aiguy_setup_open' );
	delete_option( 'aiguy_alerts' );
	delete_option( 'aiguy_alerts_unsent' );
	delete_transient( 'aiguy_waiting' );
	wp_clear_scheduled_hook( 'aiguy_alerts' );
	delete_option( 'aiguy_weekly_report_addresses' );
	delete_option( 'aiguy_weekly_report_sent' );
	wp_clear_scheduled_hook( 'aiguy_weekly_report' );
	delete_metadata( 'user', 0, $GLOBALS['wpdb']->get_blog_prefix() . 'aiguy_weekly_report', '', true );
	array_map( 'delete_option', array( 'aiguy_knowledge', 'aiguy_knowledge_schema', 'aiguy_knowledge_lock', 'aiguy_knowledge_import' ) );
	array_map( 'wp_clear_scheduled_hook', array( 'aiguy_knowledge_work', 'aiguy_knowledge_tend' ) );
	$GLOBALS['wpdb']->query( 'DROP TABLE IF EXISTS ' . $GLOBALS['wpdb']->prefix . 'aiguy_knowledge' );
};

require_once __DIR__ . '/includes/Chat/Relay_Places.php';
Aiguy\Chat\Relay_Places::remove();

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $aiguy_site ) {
		switch_to_blog( $aiguy_site );
		$aiguy_remove();
		restore_current_blog();
	}
} else {
	$aiguy_remove();
}
