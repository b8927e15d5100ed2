<?php
/**
 * Removes everything the plugin has stored, on every site of the network: whatever bears its name, so that nothing that is added later is left behind.
 */

declare(strict_types=1);

if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
	exit;
}

require_once __DIR__ . '/includes/Privacy/Stored_Data.php';

$aiguy_stored = new Aiguy\Privacy\Stored_Data();

require_once __DIR__ . '/includes/Chat/Relay_Places.php';
Aiguy\Chat\Relay_Places::remove();

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $aiguy_site ) {
		switch_to_blog( (int) $aiguy_site );
		$aiguy_stored->remove_from_site();
		restore_current_blog();
	}
} else {
	$aiguy_stored->remove_from_site();
}
$aiguy_stored->remove_from_network();
