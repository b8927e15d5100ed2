<?php
/**
 * Removes everything the plugin has stored, on every site of the network: whatever bears its name, so that nothing that is added later is left behind. Where the
 * owner of a site wants its data kept, only what runs by itself goes.
 */

declare(strict_types=1);

if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
	exit;
}

require_once __DIR__ . '/includes/Privacy/Stored_Data.php';
require_once __DIR__ . '/includes/Settings/Settings.php';

$aiguy_stored = new Aiguy\Privacy\Stored_Data();

require_once __DIR__ . '/includes/Chat/Relay_Places.php';
Aiguy\Chat\Relay_Places::remove();

$aiguy_kept   = false;
$aiguy_remove = static function () use ( $aiguy_stored, &$aiguy_kept ): void {
	if ( Aiguy\Settings\Settings::keeps_data() ) {
		$aiguy_stored->unschedule();
		$aiguy_kept = true;
		return;
	}
	$aiguy_stored->remove_from_site();
};

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $aiguy_site ) {
		switch_to_blog( (int) $aiguy_site );
		$aiguy_remove();
		restore_current_blog();
	}
} else {
	$aiguy_remove();
}
// People and network belong to all sites: as long as one of them keeps its data, theirs stay.
if ( ! $aiguy_kept ) {
	$aiguy_stored->remove_from_network();
}
