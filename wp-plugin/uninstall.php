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
	array_map( 'delete_option', array( 'aiguy_knowledge', 'aiguy_knowledge_schema', 'aiguy_knowledge_lock', 'aiguy_knowledge_import' ) );
	array_map( 'wp_clear_scheduled_hook', array( 'aiguy_knowledge_work', 'aiguy_knowledge_tend' ) );
	$GLOBALS['wpdb']->query( 'DROP TABLE IF EXISTS ' . $GLOBALS['wpdb']->prefix . 'aiguy_knowledge' );
};

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $aiguy_site ) {
		switch_to_blog( $aiguy_site );
		$aiguy_remove();
		restore_current_blog();
	}
} else {
	$aiguy_remove();
}
