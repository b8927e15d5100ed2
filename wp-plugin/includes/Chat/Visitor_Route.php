<?php
/**
 * Registers routes for whoever holds a session: asked from a page of this site, answered in the one form of errors.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Error_Response;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Chat_Session;
use Aiguy\Session\Session_Cookie;

final class Visitor_Route {

	public function __construct( private readonly Session_Cookie $cookie, private readonly Request_Guard $guard, private readonly Error_Response $errors ) {}

	/**
	 * @param string                                                      $path   Below aiguy/v1, with a slash in front.
	 * @param \Closure(\WP_REST_Request, Chat_Session): \WP_REST_Response $answer Throws Api_Exception to refuse.
	 * @param array<string, array<string, mixed>>                        $args   JSON Schema of what its query or its body may hold, by name.
	 */
	public function register( string $method, string $path, \Closure $answer, array $args = array() ): void {
		register_rest_route(
			'aiguy/v1',
			$path,
			array(
				'methods'             => $method,
				'callback'            => function ( \WP_REST_Request $request ) use ( $answer ): \WP_REST_Response {
					try {
						return $answer( $request, $this->cookie->own() );
					} catch ( Api_Exception $exception ) {
						return $this->errors->response( $exception );
					}
				},
				'permission_callback' => fn( \WP_REST_Request $request ) => $this->errors->attempt(
					function () use ( $request ): void {
						$this->guard->assert_same_origin( $request );
						$this->cookie->own();
					}
				),
				'args'                => $args,
			)
		);
	}
}
