<?php
/**
 * The way to our routes through admin-ajax.php, for sites where something keeps guests out of the REST API: the same requests, dispatched to the
 * same routes with the same guards. Ours alone, and of those only what visitors use.
 */

declare(strict_types=1);

namespace Aiguy\Rest;

final class Ajax_Door {

	private const ACTION = 'aiguy';

	public function __construct( private readonly Error_Response $errors ) {}

	public function add_hooks(): void {
		add_action( 'wp_ajax_' . self::ACTION, $this->answer( ... ) );
		add_action( 'wp_ajax_nopriv_' . self::ACTION, $this->answer( ... ) );
	}

	/** The address to which a route is added, with its query behind «&»; empty where the door is shut, or pages of this site can't reach it. */
	public function url(): string {
		$url = admin_url( 'admin-ajax.php?action=' . self::ACTION . '&route=' );
		return $this->is_open() && Request_Guard::origin_of( $url ) === Request_Guard::origin_of( home_url() ) ? $url : '';
	}

	/** The constant AIGUY_AJAX_DOOR, or open. */
	private function is_open(): bool {
		/**
		 * Filters whether visitors may reach the chat through admin-ajax.php where the REST API refuses them.
		 *
		 * @since 0.1.0
		 *
		 * @param bool $is_open Default: true.
		 */
		return (bool) apply_filters( 'aiguy_ajax_door', ! defined( 'AIGUY_AJAX_DOOR' ) || (bool) AIGUY_AJAX_DOOR );
	}

	private function answer(): never {
		$server  = rest_get_server();
		$request = $this->request( $server );
		try {
			$this->identify( $request );
			$response = $this->is_open() && self::is_for_visitors( $request ) ? $server->dispatch( $request ) : throw new Api_Exception( 'not_found' );
		} catch ( Api_Exception $exception ) {
			$response = $this->errors->response( $exception );
		}
		$this->send( apply_filters( 'rest_post_dispatch', rest_ensure_response( $response ), $server, $request ), $request, $server );
		exit;
	}

	/** As the REST server would have made it; a method can't be renamed here. */
	private function request( \WP_REST_Server $server ): \WP_REST_Request {
		$query   = wp_unslash( $_GET );
		$route   = is_string( $query['route'] ?? null ) ? $query['route'] : '';
		$request = new \WP_REST_Request( sanitize_text_field( wp_unslash( $_SERVER['REQUEST_METHOD'] ?? 'GET' ) ), '/aiguy/v1/' . $route );
		$request->set_query_params( array_diff_key( $query, array( 'action' => true, 'route' => true ) ) );
		$request->set_headers( $server->get_headers( wp_unslash( $_SERVER ) ) );
		$request->set_body_params( wp_unslash( $_POST ) );
		$request->set_file_params( $_FILES );
		$request->set_body( \WP_REST_Server::get_raw_data() );
		return $request;
	}

	private static function is_for_visitors( \WP_REST_Request $request ): bool {
		return 1 === preg_match( '#\A/aiguy/v1/(?!admin\b)[a-z]+(?:/[a-z-]+)*\z#', $request->get_route() );
	}

	/**
	 * As in REST: the login cookie alone makes nobody a customer, the nonce does.
	 *
	 * @throws Api_Exception rest_cookie_invalid_nonce.
	 */
	private function identify( \WP_REST_Request $request ): void {
		$nonce = $request->get_header( 'x-wp-nonce' );
		$known = null !== $nonce && wp_verify_nonce( $nonce, 'wp_rest' );
		if ( ! $known ) {
			wp_set_current_user( 0 );
		}
		if ( null !== $nonce && ! $known ) {
			throw new Api_Exception( 'rest_cookie_invalid_nonce' );
		}
	}

	private function send( \WP_REST_Response $response, \WP_REST_Request $request, \WP_REST_Server $server ): void {
		header( 'X-Content-Type-Options: nosniff' );
		$server->send_headers( $response->get_headers() );
		status_header( $response->get_status() );
		if ( ! apply_filters( 'rest_pre_serve_request', false, $response, $request, $server ) ) {
			wp_send_json( $server->response_to_data( $response, false ) );
		}
	}
}
