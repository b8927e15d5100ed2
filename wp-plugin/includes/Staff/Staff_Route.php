<?php
/**
 * Registers routes under aiguy/v1/admin: each with its capability, a strict body and the one form of errors. Being signed in takes the nonce, as everywhere in REST.
 */

declare(strict_types=1);

namespace Aiguy\Staff;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;

final class Staff_Route {

	public function __construct( private readonly Error_Response $errors ) {}

	/**
	 * @param string                                     $methods    Such as GET, or GET, POST.
	 * @param string                                     $path       Below admin, with a slash in front; may hold (?P<id>…).
	 * @param string                                     $capability One of Capabilities.
	 * @param \Closure(\WP_REST_Request): array<string, mixed> $answer Makes the answer; throws Api_Exception to refuse.
	 * @param array<string, array<string, mixed>>         $args       JSON Schema of what its query or its body may hold, by name.
	 */
	public function register( string $methods, string $path, string $capability, \Closure $answer, array $args = array() ): void {
		register_rest_route(
			'aiguy/v1',
			'/admin' . $path,
			array(
				'methods'             => $methods,
				'callback'            => function ( \WP_REST_Request $request ) use ( $answer ): \WP_REST_Response {
					try {
						return new \WP_REST_Response( $answer( $request ) );
					} catch ( Api_Exception $exception ) {
						return $this->errors->response( $exception );
					}
				},
				'permission_callback' => static fn(): bool => current_user_can( $capability ),
				'args'                => $args,
			)
		);
	}
}
