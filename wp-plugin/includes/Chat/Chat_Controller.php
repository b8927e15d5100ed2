<?php
/**
 * aiguy/v1/chat: POST sends a message, GET follows the conversation from a cursor, DELETE stops the answer; below it what a visitor answers to a
 * card or a form, takes back, keeps as a receipt or a file, or shows of the page he is on; how he rates it, his other conversations, and a link to
 * go on elsewhere. Guards, then hands over to the relay.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Chat_Session;
use Aiguy\Woo\Viewed_Product;

final class Chat_Controller {

	private const MESSAGE_CHARACTERS_MAX = 4000;

	/** Longer than this no request for the next events waits: a relayed one holds a PHP worker, and 30 seconds of silence end it. */
	private const WAIT_SECONDS_MAX = 25;

	/** How long a command may wait for the orchestrator to take it, when its answer comes by polls. */
	private const HAND_OVER_SECONDS      = 10;
	private const BUSY_HAND_OVER_SECONDS = 2;

	/** Answered by what a run says, so that they may take as long as it does; all but DELETE. */
	private const HELD_ROUTES = array( '/aiguy/v1/chat', '/aiguy/v1/chat/confirmations', '/aiguy/v1/chat/inputs', '/aiguy/v1/chat/undo' );

	/** @var \WeakMap<\WP_REST_Request, Upstream_Request> What was let through and is served by the relay, for exactly that request. */
	private readonly \WeakMap $accepted;

	public function __construct(
		private readonly Orchestrator_Client $client,
		private readonly Interrupt_Requests $interrupts,
		private readonly Visitor_Requests $visitors,
		private readonly Stream_Relay $relay,
		private readonly Relay_Places $places,
		private readonly Visitor_Route $route,
		private readonly Request_Guard $guard,
	) {
		$this->accepted = new \WeakMap();
	}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
		// After Response_Filter, so that its headers are already right.
		add_filter( 'rest_pre_serve_request', $this->serve( ... ), 12, 3 );
	}

	private function register(): void {
		$text   = array( 'type' => 'string' );
		$number = array( 'type' => 'integer', 'minimum' => 1, 'maximum' => 999999999 );
		$wait   = array( 'type' => 'integer', 'minimum' => 0, 'maximum' => self::WAIT_SECONDS_MAX );
		$routes = array(
			array( 'POST', '/chat', $this->send( ... ), array( 'message' => $text, 'messageId' => array( 'type' => array( 'string', 'null' ) ) ) ),
			array( 'GET', '/chat', $this->follow( ... ), array( 'after' => array( 'default' => '0' ), 'wait' => $wait ) ),
			array( 'DELETE', '/chat', $this->stop( ... ), array() ),
			array( 'POST', '/chat/confirmations', $this->interrupts->confirm( ... ), array( 'interruptId' => $text, 'decision' => array( 'type' => 'string', 'enum' => array( 'approve', 'reject' ) ) ) ),
			array( 'POST', '/chat/inputs', $this->interrupts->fill_in( ... ), array( 'interruptId' => $text, 'values' => array( 'type' => 'object' ), 'cancel' => array( 'type' => 'boolean' ) ) ),
			array( 'POST', '/chat/undo', $this->interrupts->undo( ... ), array( 'effectId' => $text ) ),
			array( 'GET', '/chat/receipt', $this->interrupts->receipt( ... ), array( 'number' => $number ) ),
			array( 'POST', '/chat/page', $this->interrupts->page( ... ), array( 'requestId' => $text, 'page' => array( 'type' => 'object' ) ) ),
			array( 'GET', '/chat/file', $this->interrupts->file( ... ), array( 'id' => array( 'type' => 'string', 'pattern' => '^[A-Za-z0-9_-]{43}$' ) ) ),
			array( 'POST', '/chat/feedback', $this->visitors->rate( ... ), array( 'runId' => $text, 'score' => array( 'type' => 'integer' ), 'reason' => $text, 'comment' => $text ) ),
			array( 'GET', '/chat/sessions', $this->visitors->sessions( ... ), array( 'read' => array( 'type' => 'string', 'pattern' => '^[A-Za-z0-9_-]{22,64}$' ) ) ),
			array( 'POST', '/chat/link', $this->visitors->link( ... ), array() ),
		);
		foreach ( $routes as list( $method, $path, $build, $args ) ) {
			$this->route->register(
				$method,
				$path,
				function ( \WP_REST_Request $request, Chat_Session $session ) use ( $build ): \WP_REST_Response {
					$this->accepted[ $request ] = $build( $request, $session );
					return new \WP_REST_Response();
				},
				$args
			);
		}
	}

	private function serve( mixed $served, \WP_HTTP_Response $response, \WP_REST_Request $request ): mixed {
		if ( $served || ! isset( $this->accepted[ $request ] ) ) {
			return $served;
		}
		$upstream = $this->accepted[ $request ];
		if ( in_array( untrailingslashit( strtolower( $request->get_route() ) ), self::HELD_ROUTES, true ) && 'DELETE' !== $request->get_method() ) {
			$this->hold( $request, $upstream );
		} else {
			$this->relay->relay( $upstream );
		}
		return true;
	}

	/** What may take long needs a place: without one a command is only handed over, and what happens is asked for again and again. */
	private function hold( \WP_REST_Request $request, Upstream_Request $upstream ): void {
		$has_place = $this->places->take();
		if ( ! $has_place ) {
			header( 'Retry-After: ' . Relay_Places::pause_seconds( timer_float() ) );
		}
		if ( 'POST' === $request->get_method() && ( ! $has_place || self::wants_no_answer( $request ) ) ) {
			$this->relay->hand_over( $upstream, $has_place ? self::HAND_OVER_SECONDS : self::BUSY_HAND_OVER_SECONDS );
		} elseif ( $has_place ) {
			$this->relay->relay( $upstream );
		} else {
			$this->relay->look( $upstream );
		}
		$this->places->release();
	}

	/** Prefer: respond-async (RFC 7240 § 4.1): the answer comes by polls. */
	private static function wants_no_answer( \WP_REST_Request $request ): bool {
		return in_array( 'respond-async', array_map( 'trim', explode( ',', (string) $request->get_header( 'prefer' ) ) ), true );
	}

	private function send( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$values  = $this->guard->read_json( $request );
		$message = $values['message'] ?? null;
		$id      = $values['messageId'] ?? null;
		if ( ! is_string( $message ) || ( null !== $id && ! ( is_string( $id ) && preg_match( '/\A[A-Za-z0-9_-]{8,64}\z/', $id ) ) ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$product = Viewed_Product::of( (string) $request->get_header( 'referer' ) );
		$body    = array( 'message' => self::checked( $message ) ) + ( null === $id ? array() : array( 'messageId' => $id ) ) + ( null === $product ? array() : array( 'product' => $product ) );
		return $this->client->request( $session, 'POST', '/chat', (string) wp_json_encode( $body ), $this->client->passed_headers( $request ) );
	}

	/**
	 * The message as it is counted: without blanks around it, composed (NFC) where PHP can.
	 *
	 * @throws Api_Exception message_empty, message_too_long.
	 */
	private static function checked( string $message ): string {
		$text = trim( $message );
		if ( function_exists( 'normalizer_normalize' ) ) {
			$text = normalizer_normalize( $text ) ?: $text;
		}
		if ( '' === $text ) {
			throw new Api_Exception( 'message_empty' );
		}
		if ( mb_strlen( $text, 'UTF-8' ) > self::MESSAGE_CHARACTERS_MAX ) {
			throw new Api_Exception( 'message_too_long' );
		}
		return $text;
	}

	/** With Accept: application/json and «wait», seconds that the orchestrator may wait for an event: one page of the log, for browsers that get no stream. */
	private function follow( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		$after = $request['after'];
		if ( ! is_string( $after ) || ! preg_match( '/\A\d{1,9}\z/', $after ) ) {
			throw new Api_Exception( 'invalid_cursor' );
		}
		$query = "after=$after" . ( isset( $request['wait'] ) ? "&wait={$request['wait']}" : '' );
		return $this->client->request( $session, 'GET', "/sessions/$session->id/events?$query", null, $this->client->passed_headers( $request ) );
	}

	private function stop( \WP_REST_Request $request, Chat_Session $session ): Upstream_Request {
		return $this->client->request( $session, 'POST', "/sessions/$session->id/cancel", '{}' );
	}
}
