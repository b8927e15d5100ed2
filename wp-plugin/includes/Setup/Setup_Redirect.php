<?php
/**
 * Leads the owner to the set-up once, after he has activated the plugin and before anything is connected.
 */

declare(strict_types=1);

namespace Aiguy\Setup;

use Aiguy\Settings\Settings;
use Aiguy\Staff\Capabilities;

final class Setup_Redirect {

	private const OPTION = 'aiguy_setup_open';

	public function __construct( private readonly Settings $settings ) {}

	public function add_hooks(): void {
		add_action( 'admin_init', $this->redirect( ... ) );
	}

	/** On activation. */
	public function remember(): void {
		update_option( self::OPTION, '1', false );
	}

	private function redirect(): void {
		// A form that is sent, several plugins at once, or a whole network: the owner is busy with something else.
		if ( 'GET' !== ( $_SERVER['REQUEST_METHOD'] ?? '' ) || wp_doing_ajax() || ! get_option( self::OPTION ) || isset( $_GET['activate-multi'] ) || is_network_admin() || ! current_user_can( Capabilities::MANAGE ) ) {
			return;
		}
		delete_option( self::OPTION );
		if ( '' === $this->settings->orchestrator_url() ) {
			wp_safe_redirect( admin_url( 'admin.php?page=aiguy-setup' ) );
			exit;
		}
	}
}
