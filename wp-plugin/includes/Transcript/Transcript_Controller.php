<?php
/**
 * aiguy/v1/chat/transcript: GET gives what was said as a text to keep; POST mails it, to the account's address of a signed-in visitor, or to the address
 * that a guest has shown to be his with a code. The address goes to the mail server and nowhere else;
 * while that is down, it waits in this site's database.
 */

declare(strict_types=1);

namespace Aiguy\Transcript;

use Aiguy\Chat\Orchestrator_Call;
use Aiguy\Chat\Visitor_Route;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Session\Chat_Session;

final class Transcript_Controller {

	private const BODY_BYTES_MAX    = 1024;
	private const ADDRESS_BYTES_MAX = 254;

	public function __construct(
		private readonly Orchestrator_Call $orchestrator,
		private readonly Mail_Codes $codes,
		private readonly Mail_Limits $limits,
		private readonly Unsent_Mails $unsent,
		private readonly Visitor_Route $route,
		private readonly Request_Guard $guard,
	) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		$text   = array( 'type' => 'string' );
		$routes = array( array( 'GET', $this->read( ... ), array() ), array( 'POST', $this->mail( ... ), array( 'email' => $text, 'code' => $text ) ) );
		foreach ( $routes as list( $method, $answer, $args ) ) {
			$this->route->register( $method, '/chat/transcript', static fn( \WP_REST_Request $request, Chat_Session $session ): \WP_REST_Response => new \WP_REST_Response( $answer( $request, $session ) ), $args );
		}
	}

	/** @return array<string, mixed> */
	private function read( \WP_REST_Request $request, Chat_Session $session ): array {
		return array( 'name' => 'conversation-' . wp_date( 'Y-m-d' ) . '.txt', 'text' => $this->transcript_of( $session )->text() );
	}

	/**
	 * @return array<string, mixed> { sentTo } when the transcript is on its way, { triedAgainTo } when it waits for another try, { codeSentTo } when a code is on its way.
	 * @throws Api_Exception invalid_request, code_wrong, rate_limited, mail_failed, not_found and what the orchestrator refuses.
	 */
	private function mail( \WP_REST_Request $request, Chat_Session $session ): array {
		$values = $this->guard->read_json( $request, self::BODY_BYTES_MAX );
		if ( $session->visitor->is_customer ) {
			$address = (string) wp_get_current_user()->user_email;
			if ( array() !== $values || ! is_email( $address ) ) {
				throw new Api_Exception( 'invalid_request' );
			}
			return $this->send( $session, $address );
		}
		$address = self::address( $values['email'] ?? null );
		if ( ! array_key_exists( 'code', $values ) ) {
			return $this->send_code( $session, $address );
		}
		if ( ! is_string( $values['code'] ) || ! preg_match( '/\A\d{6}\z/', $values['code'] ) ) {
			throw new Api_Exception( 'code_wrong' );
		}
		$this->codes->check( $session->id, $address, $values['code'] );
		return $this->send( $session, $address );
	}

	private static function address( mixed $address ): string {
		if ( ! is_string( $address ) || strlen( $address ) > self::ADDRESS_BYTES_MAX || ! is_email( $address ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		return $address;
	}

	/** Nobody can have codes sent who has nothing to be sent. */
	private function send_code( Chat_Session $session, string $address ): array {
		$this->transcript_of( $session );
		$this->limits->take( $session->id, $address );
		$code = $this->codes->make( $session->id, $address );
		/* translators: 1: name of the site, 2: six digits. */
		$text = sprintf( __( "Somebody, probably you, wants to send a chat with %1\$s to this address.\n\nThe code is %2\$s. It is valid for ten minutes.\n\nIf it was not you, ignore this mail.", 'aiguy' ), self::site(), $code );
		/* translators: %s: six digits. */
		if ( ! wp_mail( $address, sprintf( __( '%s is your code', 'aiguy' ), $code ), $text ) ) {
			throw new Api_Exception( 'mail_failed' );
		}
		return array( 'codeSentTo' => self::masked( $address ) );
	}

	private function send( Chat_Session $session, string $address ): array {
		$transcript = $this->transcript_of( $session );
		$this->limits->take( $session->id, $address );
		$mail = new Transcript_Mail( $address, self::title(), $transcript->html(), $transcript->text() );
		if ( $mail->send() ) {
			// One that was waiting since an earlier click is not sent after it.
			$this->unsent->forget_of( $session->id, $address );
			return array( 'sentTo' => self::masked( $address ) );
		}
		if ( ! $this->unsent->keep( $session->id, self::masked( $address ), get_current_user_id(), $mail ) ) {
			throw new Api_Exception( 'mail_failed' );
		}
		return array( 'triedAgainTo' => self::masked( $address ) );
	}

	private function transcript_of( Chat_Session $session ): Transcript {
		$transcript = Transcript::from( $this->orchestrator->json( $session, 'GET', "/sessions/$session->id/transcript" ), self::title() );
		if ( $transcript->is_empty() ) {
			throw new Api_Exception( 'not_found' );
		}
		return $transcript;
	}

	private static function title(): string {
		/* translators: %s: name of the site. */
		return sprintf( __( 'Your chat with %s', 'aiguy' ), self::site() );
	}

	private static function site(): string {
		return wp_specialchars_decode( (string) get_bloginfo( 'name' ), ENT_QUOTES );
	}

	/** Enough to know it again, for whoever looks over a shoulder too little. */
	private static function masked( string $address ): string {
		list( $name, $host ) = explode( '@', $address, 2 );
		return mb_substr( $name, 0, 1 ) . "…@$host";
	}
}
