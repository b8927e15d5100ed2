<?php
/**
 * POST aiguy/v1/admin/key: replaces the site's signing key. What the old one has signed stays valid until it ends.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Signing_Key;

final class Key_Controller {

	public function __construct( private readonly Signing_Key $key ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		register_rest_route(
			'aiguy/v1',
			'/admin/key',
			array(
				'methods'             => 'POST',
				'callback'            => $this->replace( ... ),
				'permission_callback' => static fn(): bool => current_user_can( 'manage_options' ),
			)
		);
	}

	private function replace( \WP_REST_Request $request ): \WP_REST_Response {
		try {
			Request_Guard::assert_no_fields( $request );
		} catch ( Api_Exception $exception ) {
			return ( new Error_Response() )->response( $exception );
		}
		if ( $this->key->is_constant() ) {
			return new \WP_REST_Response( array( 'ok' => false, 'message' => __( 'The key is set by the constant AIGUY_SIGNING_KEY; replace it there. The old one stays published for two days.', 'aiguy' ) ) );
		}
		$this->key->rotate();
		/* translators: %s: a key id. */
		return new \WP_REST_Response( array( 'ok' => true, 'message' => sprintf( __( 'The site signs with the key %s now. The old one stays published for two days.', 'aiguy' ), $this->key->current()->id() ) ) );
	}
}
