<?php
/**
 * aiguy/v1/admin/questions: questions without a good answer, and the draft of an article that answers one.
 */

declare(strict_types=1);

namespace Aiguy\Inbox;

use Aiguy\Knowledge\Choice;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Client;
use Aiguy\Staff\Staff_Route;

final class Questions_Controller {

	private const BODY_BYTES_MAX       = 4096;
	private const TITLE_CHARACTERS_MAX = 200;

	public function __construct( private readonly Staff_Client $client, private readonly Staff_Route $route, private readonly Request_Guard $guard, private readonly Choice $choice ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		$this->route->register( 'GET', '/questions', Capabilities::VIEW, fn(): array => array( 'article' => $this->article() ) + $this->client->call( 'conversation:read', 'GET', '/staff/questions' ) );
		$this->route->register( 'POST', '/questions/draft', Capabilities::VIEW, $this->draft( ... ), array( 'question' => array( 'type' => 'string' ) ) );
	}

	/** @return list<string> Types in which an article would be learnt. Pages first: what visitors keep asking is no news, and a post goes out to whoever follows the site. */
	private function types(): array {
		return array_values( array_intersect( array( 'page', 'post' ), $this->choice->types() ) );
	}

	/** @return list<string> Those of them that this person may write. */
	private function writable(): array {
		return array_values( array_filter( $this->types(), static fn( string $type ): bool => current_user_can( (string) get_post_type_object( $type )?->cap->create_posts ) ) );
	}

	/** @return 'offered'|'not_learnt'|'not_allowed' */
	private function article(): string {
		return match ( true ) {
			array() === $this->types()    => 'not_learnt',
			array() === $this->writable() => 'not_allowed',
			default                       => 'offered',
		};
	}

	/**
	 * @return array{editUrl: string}
	 * @throws Api_Exception insufficient_scope, invalid_request, internal_error.
	 */
	private function draft( \WP_REST_Request $request ): array {
		$question = $this->guard->read_json( $request, self::BODY_BYTES_MAX )['question'] ?? null;
		$article  = $this->article();
		if ( 'offered' !== $article ) {
			throw new Api_Exception( 'not_learnt' === $article ? 'invalid_request' : 'insufficient_scope' );
		}
		$title = is_string( $question ) ? mb_substr( sanitize_text_field( $question ), 0, self::TITLE_CHARACTERS_MAX ) : '';
		if ( '' === $title ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$id = wp_insert_post( wp_slash( array( 'post_type' => $this->writable()[0], 'post_status' => 'draft', 'post_title' => $title, 'post_author' => get_current_user_id() ) ), true );
		if ( is_wp_error( $id ) ) {
			throw new Api_Exception( 'internal_error' );
		}
		return array( 'editUrl' => (string) get_edit_post_link( $id, 'raw' ) );
	}
}
