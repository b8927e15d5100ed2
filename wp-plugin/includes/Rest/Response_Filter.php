<?php
/**
 * What holds for every answer of our routes: one error body, never cached unless the route says so, no cross-origin reading.
 */

declare(strict_types=1);

namespace Aiguy\Rest;

final class Response_Filter {

	public function __construct( private readonly Error_Response $errors ) {}

	public function add_hooks(): void {
		add_filter( 'rest_post_dispatch', $this->shape( ... ), 20, 3 );
		// Core allows every origin with credentials at priority 10; that is taken back here.
		add_filter( 'rest_pre_serve_request', $this->close_to_other_origins( ... ), 11, 3 );
	}

	private function shape( \WP_REST_Response $response, \WP_REST_Server $server, \WP_REST_Request $request ): \WP_REST_Response {
		if ( ! self::is_ours( $request ) ) {
			return $response;
		}
		if ( $response->is_error() && ! self::is_foreign( $response, $request ) ) {
			$error = $response->as_error();
			$code  = $this->errors->code_for( (string) $error?->get_error_code(), $response->get_status() );
			$body  = $response->get_data();
			if ( ! isset( $body['requestId'] ) ) {
				$response->set_data( $this->errors->body( $code ) );
			}
		}
		if ( ! isset( $response->get_headers()['Cache-Control'] ) || $response->is_error() ) {
			$response->header( 'Cache-Control', 'no-store, private' );
			$response->header( 'X-LiteSpeed-Cache-Control', 'no-cache' );
		}
		return $response;
	}

	private function close_to_other_origins( mixed $served, \WP_HTTP_Response $response, \WP_REST_Request $request ): mixed {
		if ( self::is_ours( $request ) ) {
			foreach ( array( 'Allow-Origin', 'Allow-Credentials', 'Allow-Methods', 'Allow-Headers', 'Expose-Headers' ) as $name ) {
				header_remove( "Access-Control-$name" );
			}
		}
		return $served;
	}

	/** What refuses visitors before they reach our routes does so in its own words: by them the chat knows that it should try the other door. */
	private static function is_foreign( \WP_REST_Response $response, \WP_REST_Request $request ): bool {
		return in_array( $response->get_status(), array( 401, 403, 404 ), true )
			&& ! isset( Error_Response::STATUS[ (string) $response->as_error()?->get_error_code() ] )
			&& ! str_starts_with( strtolower( $request->get_route() ), '/aiguy/v1/admin/' );
	}

	private static function is_ours( \WP_REST_Request $request ): bool {
		return str_starts_with( strtolower( $request->get_route() ), '/aiguy/v1/' );
	}
}
