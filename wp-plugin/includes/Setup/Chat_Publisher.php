<?php
/**
 * Puts the chat where visitors find it: on a page of its own, or in the corner of every page.
 */

declare(strict_types=1);

namespace Aiguy\Setup;

use Aiguy\Rest\Api_Exception;
use Aiguy\Settings\Agent;
use Aiguy\Settings\Agents;

final class Chat_Publisher {

	public function __construct( private readonly Setup_State $state, private readonly Agents $agents ) {}

	/**
	 * Makes the page, or gives the one that was made before.
	 *
	 * @throws Api_Exception insufficient_scope, internal_error.
	 */
	public function make_page(): \WP_Post {
		if ( ! current_user_can( 'publish_pages' ) ) {
			throw new Api_Exception( 'insufficient_scope' );
		}
		$known = $this->state->page();
		if ( null !== $known && 'publish' === $known->post_status ) {
			return $known;
		}
		$content = \WP_Block_Type_Registry::get_instance()->is_registered( 'aiguy/chat' ) ? '<!-- wp:aiguy/chat {"position":"inline"} /-->' : '[aiguy_chat position="inline"]';
		$id      = wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => $this->agents->all()[0]->name_text(), 'post_content' => $content, 'comment_status' => 'closed' ) );
		$page    = get_post( $id );
		if ( ! $page instanceof \WP_Post || 0 === $id ) {
			throw new Api_Exception( 'internal_error' );
		}
		$this->state->change( array( 'page' => $id ) );
		return $page;
	}

	/**
	 * Switches the default agent's button in the corner of every page on or off.
	 *
	 * @throws Api_Exception invalid_request where the agents are set by a constant.
	 */
	public function everywhere( bool $on ): void {
		$agents = $this->agents->all();
		$fields = array_map( static fn( Agent $agent ): array => $agent->fields(), $agents );
		$fields[0]['everywhere']['on'] = $on;
		if ( $on && 'inline' === $fields[0]['position'] ) {
			$fields[0]['position'] = 'both';
		}
		$this->agents->save( $fields, $agents[0]->id );
	}
}
